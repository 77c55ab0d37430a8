import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecretsClient } from '../../../../providers/kit/provider.ts';
import type { VaultSpec } from '../../../../providers/vault/schema.ts';
import { client, connect, local, login, proxy, rejects, signal, text, texts, write } from './loopback.ts';

test('a wrong mount or a wrong version of the engine is never absence', async (t) => {
  await write('kv/there', '{"a":"b"}');
  await write('secret/data/there', '{"data":{"a":"b"}}');
  const stores: Partial<VaultSpec>[] = [
    { path: 'kv', version: 'v2' },
    { path: 'secret', version: 'v1' },
  ];
  for (const fields of stores) {
    const connected = await client(t, fields);
    for (const key of ['there', 'nothing', 'deep/nothing']) {
      await rejects(connected.read({ key }, signal()), 'WrongMount');
    }
    await rejects(connected.find!({ name: '.' }, signal()), 'WrongMount');
  }
  const nowhere = await client(
    t,
    {
      path: 'nowhere',
      auth: { tokenSecretRef: { name: 'secrets', key: 'root' } },
    },
    { root: local.rootToken },
  );
  await rejects(nowhere.read({ key: 'there' }, signal()), 'WrongMount');
});

test('absence that cannot be confirmed is not absence', async (t) => {
  const connected = await client(t);
  await rejects(connected.read({ key: 'nothing' }, signal()), 'NotFound');
  const rows = [
    ['forbidden', 'Denied'],
    ['html-404', 'Malformed'],
    ['throttled', 'Throttled'],
    ['server-error', 'Unavailable'],
    ['garbage', 'Malformed'],
    ['half-body', 'Malformed'],
    ['reset', 'Unavailable'],
  ] as const;
  for (const [fault, code] of rows) {
    proxy.misbehave(/sys\/internal\/ui\/mounts/, fault);
    await rejects(connected.read({ key: 'nothing' }, signal()), code);
    proxy.heal();
  }
});

test('a deleted version is absent, its predecessor is not', async (t) => {
  await write('secret/data/deleted', '{"data":{"a":"one"}}');
  await write('secret/data/deleted', '{"data":{"a":"two"}}');
  await write('secret/data/deleted', '', 'DELETE');
  const connected = await client(t);
  await rejects(connected.read({ key: 'deleted' }, signal()), 'NotFound');
  await rejects(connected.read({ key: 'deleted', version: '2' }, signal()), 'NotFound');
  assert.equal(text((await connected.read({ key: 'deleted', version: '1' }, signal())).value('a')), 'one');
  await rejects(connected.read({ key: 'deleted', version: 'latest' }, signal()), 'Rejected');
});

test("metadata are Vault's own under the custom ones, and missing ones delete nothing", async (t) => {
  await write('secret/data/meta', '{"data":{"a":"b"}}');
  await write('secret/metadata/meta', '{"custom_metadata":{"team":"<blue>","current_version":"custom"}}');
  const connected = await client(t);
  const metadata = await connected.read({ key: 'meta', metadata: true }, signal());
  assert.equal(
    text(metadata.value()),
    '{"created_time":"2024-01-01T00:00:00Z","current_version":"custom","delete_version_after":"0s","team":"\\u003cblue\\u003e"}',
  );
  assert.equal(text(metadata.value('team')), '<blue>');
  // ESO asks for a path that does not exist when the key carries the mount.
  const prefixed = await connected.read({ key: 'secret/data/meta', metadata: true }, signal());
  assert.equal(text(prefixed.value('team')), '<blue>');
  await rejects(connected.read({ key: 'nothing', metadata: true }, signal()), 'Rejected');
  const version1 = await client(t, { path: 'kv', version: 'v1' });
  await rejects(version1.read({ key: 'meta', metadata: true }, signal()), 'Unsupported');
});

test('find names secrets with the path in front, by name or by metadata', async (t) => {
  for (const name of ['find/a', 'find/deep/b', 'find/c', 'other/a']) {
    await write(`secret/data/${name}`, `{"data":{"name":"${name}"}}`);
  }
  await write('secret/metadata/find/a', '{"custom_metadata":{"team":"blue","tier":"1"}}');
  await write('secret/metadata/find/deep/b', '{"custom_metadata":{"team":"blue"}}');
  await write('secret/data/find/c', '', 'DELETE');
  const connected = await client(t);
  const find = async (query: Parameters<NonNullable<SecretsClient['find']>>[0]) =>
    Object.keys(texts(await connected.find!(query, signal())));
  assert.deepEqual(await find({ path: 'find', name: '' }), ['find/a', 'find/deep/b']);
  assert.deepEqual(await find({ path: 'find', tags: { team: 'blue' } }), ['find/a', 'find/deep/b']);
  assert.deepEqual(await find({ path: 'find', tags: { team: 'blue', tier: '1' } }), ['find/a']);
  assert.deepEqual(await find({ path: 'find', tags: { team: 'red' } }), []);
  assert.deepEqual(await find({ name: '^other/', tags: { team: 'red' } }), ['other/a']);
  assert.deepEqual(await find({ path: 'secret/find', name: 'deep' }), ['secret/find/deep/b']);
  await rejects(find({ path: 'nothing', name: '.' }), 'NotFound');
  const version1 = await client(t, { path: 'kv', version: 'v1' });
  await rejects(version1.find!({ tags: {} }, signal()), 'Unsupported');
});

test('without a mount path the key names it, in find too', async (t) => {
  await write('secret/data/free/a', '{"data":{"a":"b"}}');
  const connected = await connect(t, { server: proxy.url, version: 'v2', auth: login });
  for (const key of ['secret/free/a', 'secret/data/free/a']) {
    assert.equal(text((await connected.read({ key }, signal())).value('a')), 'b');
  }
  const found = await connected.find!({ path: 'secret/data/free', name: 'a' }, signal());
  assert.deepEqual(texts(found), { 'secret/data/free/a': '{"a":"b"}' });
  await rejects(connected.find!({ name: 'a' }, signal()), 'Rejected');
});
