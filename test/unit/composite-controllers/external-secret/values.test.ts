import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan } from '../../../../composite-controllers/external-secret/plan.ts';
import type { ExternalSecretSpec } from '../../../../composite-controllers/external-secret/schema.ts';
import { composeValues, type ReadResult } from '../../../../composite-controllers/external-secret/values.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { jsonSecret } from '../../../../providers/kit/json/json-secret.ts';
import type { SecretMap } from '../../../../providers/kit/provider.ts';

const bytes = (values: Record<string, string>): SecretMap =>
  new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)]));

const secret = (json: string): ReadResult => ({
  secret: jsonSecret(Buffer.from(json), { dots: 'as-given', flatten: 'raw', what: 'k' }),
});
const found = (values: Record<string, string>): ReadResult => ({ found: bytes(values) });
const failed = (code: 'NotFound' | 'Denied'): ReadResult => ({
  error: new ProviderError(code, { what: 'k' }),
});

/** Composes a spec whose reads come to these results, in the order of the plan. */
function compose(
  fields: Partial<ExternalSecretSpec>,
  results: readonly ReadResult[],
  policy: 'Retain' | 'Delete' = 'Retain',
) {
  const planned = plan({
    secretStoreRef: { name: 's' },
    refreshInterval: '1h',
    ...fields,
  } as ExternalSecretSpec);
  assert.equal(planned.reads.length, results.length, 'one read for each distinct thing');
  return composeValues(planned, new Map(planned.reads.map((read, i) => [read.id, results[i]!])), policy, 0);
}

const texts = (values: ReturnType<typeof compose>) => {
  const { kind } = values;
  if (values.kind !== 'data') return assert.fail(`values are ${kind}`);
  return Object.fromEntries([...values.data].map(([key, value]) => [key, Buffer.from(value).toString()]));
};
const messageOf = (values: ReturnType<typeof compose>) =>
  values.kind === 'failed' ? values.failure.detail : values.kind;

test('two properties of one secret are one read', () => {
  const remote = (property: string) => ({ secretKey: property, remoteRef: { key: 'k', property } });
  assert.deepEqual(texts(compose({ data: [remote('a'), remote('b')] }, [secret('{"a":"1","b":2}')])), {
    a: '1',
    b: '2',
  });
});

test('data wins over dataFrom, later entries over earlier ones', () => {
  const values = compose(
    {
      dataFrom: [{ extract: { key: 'one' } }, { find: { name: { regexp: '.' } } }],
      data: [{ secretKey: 'c', remoteRef: { key: 'three', property: 'x' } }],
    },
    [secret('{"a":"1","b":"1","c":"1"}'), found({ b: '2', c: '2' }), secret('{"x":"3"}')],
  );
  assert.deepEqual(texts(values), { a: '1', b: '2', c: '3' });
});

test('found names become keys that a Secret may have', () => {
  const dataFrom = [{ find: { name: { regexp: 'db' } } }];
  assert.deepEqual(texts(compose({ dataFrom }, [found({ 'team/db': 'x' })])), { team_db: 'x' });
});

test('a find by a name without an expression is one of all names', () => {
  const read = (find: object) => plan({ dataFrom: [{ find }] } as unknown as ExternalSecretSpec).reads[0];
  assert.deepEqual(read({ name: {} }), read({ name: { regexp: '' } }));
  const [byName, byTags] = [read({ name: {}, path: 'a' }), read({ tags: {}, path: 'a' })];
  assert.deepEqual(byName?.kind === 'find' && byName.query, { path: 'a', name: '' });
  assert.deepEqual(byTags?.kind === 'find' && byTags.query, { path: 'a', tags: {} });
});

test('rewriting replaces conversion, so that a key it leaves illegal is refused by name', () => {
  const rewrite = (source: string, target: string) => [{ regexp: { source, target } }];
  const extract = { key: 'k' };
  const json = secret('{"my/key":"v"}');
  assert.deepEqual(texts(compose({ dataFrom: [{ extract, rewrite: rewrite('/', '-') }] }, [json])), {
    'my-key': 'v',
  });
  assert.match(
    messageOf(compose({ dataFrom: [{ extract, rewrite: rewrite('(.*)', '$1') }] }, [json])) ?? '',
    /my\/key/,
  );
});

test('merging makes the fields of several JSON values keys of their own', () => {
  const dataFrom = [
    {
      find: { name: { regexp: '.' } },
      rewrite: [
        {
          merge: {
            into: '',
            priorityPolicy: 'Strict' as const,
            conflictPolicy: 'Error' as const,
            strategy: 'Extract' as const,
          },
        },
      ],
    },
  ];
  const values = compose({ dataFrom }, [found({ mongo: '{"user":"m"}', redis: '{"host":"r"}' })]);
  assert.deepEqual(texts(values), { user: 'm', host: 'r' });
});

test('a key that is absent: a failure under Retain, left out under Delete', () => {
  const data = ['a', 'b'].map((key) => ({ secretKey: key, remoteRef: { key } }));
  const results = [secret('{"x":1}'), failed('NotFound')];
  assert.match(messageOf(compose({ data }, results)) ?? '', /spec\.data\[1\] \(key: b\)/);
  assert.deepEqual(Object.keys(texts(compose({ data }, results, 'Delete'))), ['a']);
});

test('only when the backend says of everything that there is none, all is absent', () => {
  const spec = {
    dataFrom: [{ find: { name: { regexp: 'x' } } }],
    data: [{ secretKey: 'a', remoteRef: { key: 'a' } }],
  };
  const kinds = (results: readonly ReadResult[]) => compose(spec, results, 'Delete').kind;
  assert.equal(kinds([found({}), failed('NotFound')]), 'absent');
  assert.equal(kinds([found({}), failed('Denied')]), 'failed');
  assert.equal(kinds([found({ x: '1' }), failed('NotFound')]), 'data');
});

test('a find that matches nothing is no failure under Retain', () => {
  assert.deepEqual(texts(compose({ dataFrom: [{ find: { name: { regexp: 'x' } } }] }, [found({})])), {});
});

test('a value with a null byte is refused where that is asked for, and not quoted', () => {
  const data = [{ secretKey: 'a', remoteRef: { key: 'k', property: 'p', nullBytePolicy: 'Fail' as const } }];
  assert.match(
    messageOf(compose({ data }, [secret('{"p":"hun\\u0000ter"}')])) ?? '',
    /key "a" contains null bytes/,
  );
  assert.doesNotMatch(messageOf(compose({ data }, [secret('{"p":"hun\\u0000ter"}')])) ?? '', /hun/);
});
