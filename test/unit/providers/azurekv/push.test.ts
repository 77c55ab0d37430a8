import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import type { Push, SecretsClient } from '../../../../providers/kit/provider.ts';
import { AzureFault, put } from '../../../fakes/azure-model.ts';
import { selfSigned } from './certificates.ts';
import { azure, connect, rejects, signal, text } from './loopback.ts';

azure.writers.add('app');
const mark = { 'managed-by': 'external-secrets' };
const envelope = (spec: object) => ({
  apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
  kind: 'PushSecretMetadata',
  spec,
});
const versionsOf = (path: string) => azure.vault.get(path) ?? assert.fail(`nothing at ${path}`);
const last = (path: string) => versionsOf(path).at(-1)!;

beforeEach(() => azure.vault.clear());

function push(
  client: SecretsClient,
  remoteKey: string,
  value: string | Uint8Array,
  fields: Partial<Push> = {},
) {
  const data = new Map([['v', Buffer.from(value as string)]]);
  const source = { data, type: 'Opaque', labels: {}, annotations: {} };
  return client.push!({ remoteKey, secretKey: 'v', namespace: 'team', source, ...fields }, signal());
}

test('a secret carries the mark, the tags, the type and the end of its metadata', async (t) => {
  const client = await connect(t);
  const metadata = envelope({
    tags: { team: 'a' },
    contentType: 'text/plain',
    expirationDate: '2030-01-01T01:00:00+01:00',
  });
  assert.equal(await push(client, 'app', 'value', { metadata }), 'written');
  const { value, tags, contentType, attributes } = last('secrets/app');
  assert.deepEqual([value, tags, contentType], ['value', { team: 'a', ...mark }, 'text/plain']);
  assert.equal(attributes.exp, 1_893_456_000);
  assert.equal(await push(client, 'secret/app', 'value', { metadata }), 'unchanged');
});

test('a value, a type or an end that differs is written; tags alone are not, and a type that is not named stays', async (t) => {
  const client = await connect(t);
  const write = (value: string, spec: object) => push(client, 'app', value, { metadata: envelope(spec) });
  await write('v', { contentType: 'a', expirationDate: '2030-01-01T00:00:00Z' });
  assert.equal(await write('v', { contentType: 'b', expirationDate: '2030-01-01T00:00:00Z' }), 'written');
  const same = { expirationDate: '2030-01-01T00:00:00.5Z', tags: { new: 'tag' } };
  assert.equal(await write('v', same), 'unchanged');
  assert.equal(await write('v', {}), 'written');
  assert.deepEqual([last('secrets/app').contentType, last('secrets/app').attributes.exp], ['b', undefined]);
  assert.equal(await write('w', same), 'written');
  assert.deepEqual(last('secrets/app').tags, { new: 'tag', ...mark });
});

test('a certificate is imported as it is given, and again only when its own certificate changes', async (t) => {
  const client = await connect(t);
  const { pkcs12, der, certPem, keyPem } = selfSigned('app');
  put(azure.vault, 'certificates', 'tls', der.toString('base64'), { tags: { ...mark } });
  for (const value of [pkcs12, der, certPem + keyPem, keyPem + certPem])
    assert.equal(await push(client, 'cert/tls', value), 'unchanged');
  const other = selfSigned('other');
  assert.equal(await push(client, 'cert/tls', other.certPem + other.keyPem), 'written');
  assert.deepEqual(last('certificates/tls').value, other.der.toString('base64'));
  assert.deepEqual(last('certificates/tls').tags, mark);
  const sent = azure.calls.findLast(({ path }) => path === '/certificates/tls/import');
  assert.equal(Buffer.from(String(sent?.body.value), 'base64').toString(), other.certPem + other.keyPem);
});

const pem = { type: 'pkcs8', format: 'pem' } as const;
const keys: readonly [what: string, pem: string, other: string][] = [
  [
    'RSA, PKCS#8',
    String(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem)),
    String(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem)),
  ],
  ['RSA, PKCS#1', selfSigned('a').rsaPem, selfSigned('b').rsaPem],
  [
    'EC, SEC 1',
    String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ ...pem, type: 'sec1' })),
    String(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey.export({ ...pem, type: 'sec1' })),
  ],
];
for (const [what, first, second] of keys) {
  test(`a key is imported once, and again when it is another: ${what}`, async (t) => {
    const client = await connect(t);
    assert.equal(await push(client, 'key/signing', first), 'written');
    assert.equal(await push(client, 'key/signing', first), 'unchanged');
    assert.equal(await push(client, 'key/signing', second), 'written');
    assert.equal(versionsOf('keys/signing').length, 2);
    assert.deepEqual(last('keys/signing').tags, mark);
    const { key } = azure.calls.findLast(({ method }) => method === 'PUT')!.body as { key: { d?: string } };
    assert.equal(typeof key.d, 'string');
  });
}

test('what the type cannot hold, or metadata do not know, makes nothing', async (t) => {
  const client = await connect(t);
  const { certPem, keyPem } = selfSigned('app');
  const broken: [key: string, value: string | Uint8Array, fields?: Partial<Push>][] = [
    ['app', Uint8Array.of(0xff, 0xfe)],
    ['cert/tls', 'no certificate'],
    ['cert/tls', keyPem],
    ['key/signing', 'symmetric'],
    ['key/signing', certPem],
    ['app', 'v', { metadata: envelope({ tags: { 'managed-by': 'me' } }) }],
    ['app', 'v', { metadata: envelope({ expirationDate: 'tomorrow' }) }],
    ['app', 'v', { metadata: envelope({ unknown: true }) }],
  ];
  for (const [key, value, fields] of broken) await rejects(push(client, key, value, fields), 'InvalidPush');
  await rejects(push(client, 'other/app', 'v'), 'Rejected');
  assert.equal(azure.vault.size, 0);
});

test('without a mark nothing is overwritten or deleted, whether there are other tags or none, of any type', async (t) => {
  const client = await connect(t);
  const { certPem, keyPem, der } = selfSigned('app');
  const foreign: [key: string, value: string][] = [
    ['secret/app', 'v'],
    ['key/app', keyPem],
    ['cert/app', certPem],
  ];
  for (const tags of [undefined, { 'managed-by': 'somebody' }]) {
    const fields = tags === undefined ? {} : { tags };
    put(azure.vault, 'secrets', 'app', 'theirs', fields);
    put(azure.vault, 'keys', 'app', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }, fields);
    put(azure.vault, 'certificates', 'app', der.toString('base64'), fields);
    for (const [remoteKey, value] of foreign) {
      await rejects(push(client, remoteKey, value), 'NotOwned');
      assert.equal(await client.delete!({ remoteKey }, signal()), 'unmanaged');
    }
  }
  assert.equal(azure.vault.size, 3);
});

test('each type is deleted without a look at what is deleted, which would need a permission of its own', async (t) => {
  const client = await connect(t);
  const { certPem, keyPem } = selfSigned('app');
  await push(client, 'secret/app', 'v');
  await push(client, 'key/app', keyPem);
  await push(client, 'cert/app', certPem);
  const before = azure.calls.length;
  for (const remoteKey of ['secret/app', 'key/app', 'cert/app']) {
    assert.equal(await client.exists!({ remoteKey }, signal()), true);
    assert.equal(await client.delete!({ remoteKey }, signal()), 'deleted');
    assert.equal(await client.delete!({ remoteKey }, signal()), 'absent');
    assert.equal(await client.exists!({ remoteKey }, signal()), false);
  }
  assert(!azure.calls.slice(before).some(({ path }) => path.startsWith('/deleted')));
});

test('a name whose secret was deleted and can be recovered says so', async (t) => {
  const client = await connect(t);
  azure.fail(/^PUT/, new AzureFault(409, 'Conflict', 'ObjectIsDeletedButRecoverable'));
  const { details } = await rejects(push(client, 'app', 'v'), 'Rejected');
  assert.equal(details.backendCode, 'ObjectIsDeletedButRecoverable');
  azure.heal();
});

test('pushes that start at once are all written whole, the first of a client among them', async (t) => {
  const client = await connect(t);
  const names = Array.from({ length: 20 }, (_, index) => `at-once-${index}`);
  await Promise.all(names.map((name) => push(client, name, name)));
  for (const name of names) assert.equal(last(`secrets/${name}`).value, name);
  assert.equal(text((await client.read({ key: 'at-once-3' }, signal())).value()), 'at-once-3');
});
