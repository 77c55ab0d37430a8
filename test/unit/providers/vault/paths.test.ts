import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { kvPath, urlPath } from '../../../../providers/kit/vault/paths.ts';

test('a key leads to the path that ESO reads (spec providers 3.3)', () => {
  const rows: [
    mount: string | undefined,
    version: 'v1' | 'v2',
    key: string,
    data: string,
    metadata?: string,
  ][] = [
    ['secret/path', 'v2', 'test', 'secret/path/data/test', 'secret/path/metadata/test'],
    ['secret/path', 'v2', 'secret/path/test', 'secret/path/data/test', 'secret/path/metadata/test'],
    ['secret/path', 'v2', 'secret/path/data/test', 'secret/path/data/test', 'secret/path/metadata/test'],
    ['secret', 'v2', 'secret/data/foo', 'secret/data/foo', 'secret/metadata/foo'],
    ['secret', 'v2', 'foo/data/bar', 'secret/data/foo/data/bar', 'secret/metadata/foo/data/bar'],
    ['secret', 'v2', 'data/foo', 'secret/data/data/foo', 'secret/metadata/data/foo'],
    ['secret', 'v2', 'secret/secret/foo', 'secret/data/secret/foo', 'secret/metadata/secret/foo'],
    ['secret', 'v2', 'secretive/foo', 'secret/data/secretive/foo', 'secret/metadata/secretive/foo'],
    ['secret/path', 'v1', 'test', 'secret/path/test'],
    ['secret/path', 'v1', 'secret/path/test', 'secret/path/test'],
    ['secret', 'v1', 'secret/data/foo', 'secret/data/foo'],
    [undefined, 'v2', 'secret/test/big/path', 'secret/data/test/big/path', 'secret/metadata/test/big/path'],
    [undefined, 'v2', 'secret/test/data/x', 'secret/test/data/x', 'secret/test/metadata/x'],
    [undefined, 'v2', 'foo', 'foo/data', 'foo/metadata'],
    [undefined, 'v2', '/secret/foo', 'secret/data/foo', 'secret/metadata/foo'],
    [undefined, 'v1', 'secret/path/x', 'secret/path/x'],
    ['', 'v2', 'secret/foo', 'secret/data/foo', 'secret/metadata/foo'],
  ];
  for (const [path, version, key, data, metadata] of rows) {
    const store = path === undefined ? { version } : { path, version };
    assert.deepEqual(kvPath(store, key), { data, metadata }, `${path} ${version} ${key}`);
  }
});

test('a path is escaped by segment and loses its empty segments', () => {
  const rows = [
    ['secret//data/a/', 'secret/data/a'],
    ['secret/data/a b?version=1#x', 'secret/data/a%20b%3Fversion%3D1%23x'],
    ['secret/data/50%', 'secret/data/50%25'],
    ['secret/data/%2e%2e/x', 'secret/data/%252e%252e/x'],
    ['secret/data/ключ', 'secret/data/%D0%BA%D0%BB%D1%8E%D1%87'],
    ['secret/data/{{a}}&#x2F;b', 'secret/data/%7B%7Ba%7D%7D%26%23x2F%3Bb'],
  ] as const;
  for (const [path, url] of rows) assert.equal(urlPath(path, path), url);
});

test('a key cannot climb out of its mount', () => {
  for (const key of ['../../auth/token/lookup-self', 'a/../b', './a', 'a/..']) {
    assert.throws(
      () => urlPath(`secret/data/${key}`, key),
      (error) => error instanceof ProviderError && error.code === 'Rejected' && error.details.what === key,
    );
  }
});

test('a mount that leaves its place is an error of the store, not of the key', () => {
  for (const path of ['..', 'secret/..', '../sys', './kv']) {
    assert.throws(
      () => kvPath({ path, version: 'v2' }, 'db'),
      (error) => error instanceof ProviderError && error.code === 'Misconfigured',
    );
  }
});
