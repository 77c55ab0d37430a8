import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Push, SecretsClient } from '../../../../providers/kit/provider.ts';
import { GcpFault, put } from '../../../fakes/gcp-model.ts';
import { connect, email, gcp, rejects, signal } from './loopback.ts';

gcp.writers.add(email);
const name = (key: string) => `projects/team/secrets/${key}`;
const mark = { 'managed-by': 'external-secrets' };
const secretOf = (key: string) => gcp.secrets.get(name(key)) ?? assert.fail(`no secret ${key}`);
const values = (key: string) => secretOf(key).versions.map(({ data }) => String(data));
const envelope = (spec: object) => ({
  apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
  kind: 'PushSecretMetadata',
  spec,
});

beforeEach(() => gcp.secrets.clear());

function push(client: SecretsClient, value: string, fields: Partial<Push> = {}) {
  const source = { data: new Map([['v', Buffer.from(value)]]), type: 'Opaque', labels: {}, annotations: {} };
  return client.push!({ remoteKey: 'app', secretKey: 'v', namespace: 'team', source, ...fields }, signal());
}

test('a new secret carries the mark and is replicated automatically', async (t) => {
  const client = await connect(t);
  assert.equal(await push(client, 'value'), 'written');
  const { labels, replication, annotations } = secretOf('app');
  assert.deepEqual([labels, annotations, replication], [mark, {}, { automatic: {} }]);
  assert.deepEqual(values('app'), ['value']);
});

const replications: readonly [what: string, spec: object, replication: unknown][] = [
  [
    'locations, each once',
    { replicationLocations: ['us-east1', 'us-west1'], replicationLocation: 'us-east1' },
    { userManaged: { replicas: [{ location: 'us-east1' }, { location: 'us-west1' }] } },
  ],
  [
    'a key',
    { cmekKeyName: 'projects/p/k' },
    { automatic: { customerManagedEncryption: { kmsKeyName: 'projects/p/k' } } },
  ],
  [
    'a key and a location, whatever the case of the names',
    { CmekKeyName: 'k', replicationlocation: 'us-east1' },
    {
      userManaged: {
        replicas: [{ location: 'us-east1', customerManagedEncryption: { kmsKeyName: 'k' } }],
      },
    },
  ],
];
for (const [what, spec, replication] of replications) {
  test(`a new secret is kept where its metadata say: ${what}`, async (t) => {
    await push(await connect(t), 'v', { metadata: envelope(spec) });
    assert.deepEqual(secretOf('app').replication, replication);
  });
}

test('a regional secret is made in its location, without a replication', async (t) => {
  const client = await connect(t, { location: 'europe-west3' });
  await push(client, 'v', {
    metadata: envelope({ replicationLocations: ['us-east1'], topics: ['projects/p/topics/t'] }),
  });
  const secret = gcp.secrets.get('projects/team/locations/europe-west3/secrets/app');
  assert.equal(secret?.replication, undefined);
  assert.deepEqual(secret?.topics, [{ name: 'projects/p/topics/t' }]);
});

test('labels and annotations follow the metadata, and a push that only changes them adds no version', async (t) => {
  const client = await connect(t);
  const first = {
    labels: { a: '1', 'managed-by': 'me' },
    annotations: { x: 'y' },
    topics: ['projects/p/topics/t'],
  };
  await push(client, 'v', { metadata: envelope(first) });
  assert.deepEqual(secretOf('app').labels, { a: '1', ...mark });
  assert.deepEqual(secretOf('app').annotations, { x: 'y' });
  assert.equal(await push(client, 'v', { metadata: envelope(first) }), 'unchanged');
  assert.equal(await push(client, 'v', { metadata: envelope({ labels: { b: '2' } }) }), 'written');
  assert.deepEqual(secretOf('app').labels, { b: '2', ...mark });
  assert.deepEqual(secretOf('app').annotations, {});
  const merged = envelope({ labels: { b: '3', c: '4' }, mergePolicy: 'Merge' });
  assert.equal(await push(client, 'v', { metadata: merged }), 'written');
  assert.deepEqual(secretOf('app').labels, { b: '2', c: '4', ...mark });
  secretOf('app').annotations = { by: 'somebody' };
  assert.equal(await push(client, 'v'), 'unchanged');
  assert.deepEqual(secretOf('app').annotations, { by: 'somebody' });
  assert.deepEqual(values('app'), ['v']);
});

test('what cannot be pushed makes nothing', async (t) => {
  const client = await connect(t);
  const broken: [value: string, fields: Partial<Push>][] = [
    ['', {}],
    ['x'.repeat(65_537), {}],
    ['x'.repeat(65_537), { property: 'a' }],
    ['v', { property: 'a', metadata: envelope({}) }],
    ['v', { metadata: envelope({ unknown: 1 }) }],
    ['v', { metadata: envelope({ mergePolicy: 'Other' }) }],
    ['v', { metadata: { kind: 'PushSecretMetadata' } }],
  ];
  for (const [value, fields] of broken) await rejects(push(client, value, fields), 'InvalidPush');
  await rejects(push(client, 'v', { remoteKey: 'a/b' }), 'Rejected');
  assert.equal(gcp.secrets.size, 0);
});

test('a property that reads as pushed already, or cannot be written otherwise, adds no version', async (t) => {
  const client = await connect(t);
  put(gcp.secrets, name('app'), '{"n":5,"a.b":"old", "a":{"b":"new"}}', { labels: { ...mark } });
  assert.equal(await push(client, '5', { property: 'n' }), 'unchanged');
  // Reading a.b gives the key with the dot, and setting it sets the other.
  assert.equal(await push(client, 'new', { property: 'a.b' }), 'unchanged');
  assert.equal(await push(client, 'newer', { property: 'a.b' }), 'written');
  assert.equal(values('app').at(-1), '{"n":5,"a.b":"old", "a":{"b":"newer"}}');
  await rejects(push(client, 'v', { property: 'none*' }), 'NotSettable');
  put(gcp.secrets, name('other'), '{"a":"1"}');
  await rejects(push(client, 'v', { remoteKey: 'other', property: 'a' }), 'NotOwned');
});

test('a secret without a version gets one; a disabled latest version is no reason to write over it', async (t) => {
  const client = await connect(t);
  put(gcp.secrets, name('app'), 'v', { labels: { ...mark } });
  secretOf('app').versions[0]!.state = 'DISABLED';
  await rejects(push(client, 'w'), 'Rejected');
  await rejects(client.exists!({ remoteKey: 'app' }, signal()), 'Rejected');
  put(gcp.secrets, name('app'), 'w');
  secretOf('app').versions.reverse();
  assert.equal(await client.exists!({ remoteKey: 'app' }, signal()), true);
  secretOf('app').versions.splice(0);
  assert.equal(await client.exists!({ remoteKey: 'app' }, signal()), false);
  assert.equal(await push(client, 'w'), 'written');
  assert.deepEqual(values('app'), ['w']);
});

test('another writer at the same time is a conflict: nothing of his is changed or deleted', async (t) => {
  const client = await connect(t);
  await push(client, 'v');
  gcp.fail(/^(PATCH|DELETE)/, new GcpFault('ABORTED'));
  const metadata = envelope({ labels: { a: 'b' } });
  assert.equal((await rejects(push(client, 'v', { metadata }), 'Conflict')).retry, 'busy');
  await rejects(client.delete!({ remoteKey: 'app' }, signal()), 'Conflict');
  gcp.fail(/^POST .*\/secrets$/, new GcpFault('ALREADY_EXISTS'));
  await rejects(push(client, 'v', { remoteKey: 'new' }), 'Conflict');
  gcp.heal();
  const before = gcp.calls.length;
  assert.equal(await client.delete!({ remoteKey: 'app', property: 'whatever' }, signal()), 'deleted');
  assert.match(
    gcp.calls
      .slice(before)
      .find(({ method }) => method === 'DELETE')
      ?.query.get('etag') ?? '',
    /^"\d/,
  );
});
