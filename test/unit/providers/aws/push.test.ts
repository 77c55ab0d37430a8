import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Push } from '../../../../providers/kit/provider.ts';
import { canWrite } from '../../../fakes/aws.ts';
import { AwsFault, put } from '../../../fakes/aws-model.ts';
import { aws, callsSince, connect, rejects, signal } from './loopback.ts';

const writer = (t: Parameters<typeof connect>[0], fields: Parameters<typeof connect>[1] = {}) => {
  aws.users.set('AKIAREADER', ['', canWrite]);
  return connect(t, fields);
};

const push = (remoteKey: string, value: string, fields: Partial<Push> = {}, spec?: object): Push => ({
  remoteKey,
  secretKey: 'v',
  namespace: 'team',
  source: { data: new Map([['v', Buffer.from(value)]]), type: '', labels: {}, annotations: {} },
  ...(spec === undefined
    ? {}
    : {
        metadata: { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec },
      }),
  ...fields,
});
const ours = { 'managed-by': 'external-secrets' };
const inputs = (operation: string) =>
  aws.calls.filter((call) => call.operation === operation).map(({ input }) => input);

test('a new secret is made in one call, marked, under the prefix, as ESO makes it', async (t) => {
  const client = await writer(t, { prefix: 'p/' });
  const from = aws.calls.length;
  await client.push!(
    push('new', 'x', {}, { tags: { team: 'a' }, kmsKeyId: 'alias/own', description: 'd' }),
    signal(),
  );
  assert.deepEqual(callsSince(from), ['DescribeSecret', 'CreateSecret']);
  assert.deepEqual(inputs('CreateSecret').at(-1), {
    Name: 'p/new',
    ClientRequestToken: '00000000-0000-0000-0000-000000000001',
    SecretBinary: Buffer.from('x').toString('base64'),
    Tags: [
      { Key: 'team', Value: 'a' },
      { Key: 'managed-by', Value: 'external-secrets' },
    ],
    Description: 'd',
    KmsKeyId: 'alias/own',
  });
  await client.push!(push('text', 'x', {}, { secretPushFormat: 'string' }), signal());
  const { SecretString, Description, KmsKeyId } = inputs('CreateSecret').at(-1) ?? {};
  assert.deepEqual(
    [SecretString, Description, KmsKeyId],
    ['x', "secret 'managed-by:external-secrets'", 'alias/aws/secretsmanager'],
  );
});

test('a policy that the metadata do not speak of is left alone', async (t) => {
  const client = await writer(t);
  put(aws.secrets, 'alone', 'x', ours);
  const from = aws.calls.length;
  assert.equal(await client.push!(push('alone', 'x'), signal()), 'unchanged');
  assert.deepEqual(callsSince(from), ['DescribeSecret', 'GetSecretValue']);
});

test('tags are brought to what is wanted, also where the value stays', async (t) => {
  const client = await writer(t);
  put(aws.secrets, 'tags', 'x', { ...ours, gone: '1', kept: '2', 'aws:cloudformation': 's' });
  const tagged = push('tags', 'x', {}, { tags: { kept: '2', added: '3' } });
  assert.equal(await client.push!(tagged, signal()), 'written');
  assert.deepEqual(aws.secrets.get('tags')?.tags, {
    ...ours,
    kept: '2',
    added: '3',
    'aws:cloudformation': 's',
  });
  assert.equal(aws.secrets.get('tags')?.versions.length, 1);
  assert.equal(await client.push!(tagged, signal()), 'unchanged');
  await rejects(
    client.push!(push('tags', 'x', {}, { tags: { 'managed-by': 'me' } }), signal()),
    'InvalidPush',
  );
});

test('a property goes into JSON, and into nothing else', async (t) => {
  const client = await writer(t);
  put(aws.secrets, 'doc', '{"n": 1.50}', ours);
  await client.push!(push('doc', 'v', { property: 'a.b' }), signal());
  assert.equal(
    String(Buffer.from(aws.secrets.get('doc')?.versions.at(-1)?.[1] ?? '')),
    '{"n": 1.50,"a":{"b":"v"}}',
  );
  put(aws.secrets, 'plain', 'no JSON', ours);
  await rejects(client.push!(push('plain', 'v', { property: 'a' }), signal()), 'NotSettable');
  await rejects(client.push!(push('doc', 'v', { property: 'user@host' }), signal()), 'NotSettable');
  assert.equal(aws.secrets.get('plain')?.versions.length, 1);
});

test('a secret without a value is ours when it is marked, and gets its first', async (t) => {
  const client = await writer(t);
  aws.secrets.set('bare', { versions: [], tags: ours, deleted: false });
  assert.equal(await client.exists!({ remoteKey: 'bare' }, signal()).catch(({ code }) => code), false);
  await client.push!(push('bare', 'x'), signal());
  assert.equal(inputs('PutSecretValue').at(-1)?.ClientRequestToken, '00000000-0000-0000-0000-000000000001');
});

test('a secret that waits for its deletion is neither written nor deleted again', async (t) => {
  const client = await writer(t, { secretsManager: { recoveryWindowInDays: 7 } });
  put(aws.secrets, 'waiting', 'x', ours);
  assert.equal(await client.delete!({ remoteKey: 'waiting' }, signal()), 'deleted');
  assert.equal(inputs('DeleteSecret').at(-1)?.RecoveryWindowInDays, 7);
  await rejects(client.push!(push('waiting', 'y'), signal()), 'Rejected');
  assert.equal(await client.delete!({ remoteKey: 'waiting' }, signal()), 'absent');
});

test('a race for a new name is a conflict', async (t) => {
  const client = await writer(t);
  aws.fail('CreateSecret', new AwsFault('ResourceExistsException'));
  await rejects(client.push!(push('race', 'x'), signal()), 'Conflict');
  const parameters = await writer(t, { service: 'ParameterStore' });
  aws.fail('PutParameter', new AwsFault('ParameterAlreadyExists'));
  await rejects(parameters.push!(push('/race', 'x'), signal()), 'Conflict');
});

test('a parameter is made and changed as ESO does it', async (t) => {
  const client = await writer(t, { service: 'ParameterStore' });
  const spec = {
    secretType: 'SecureString',
    kmsKeyID: 'alias/own',
    tier: { type: 'Advanced', policies: [{ Type: 'Expiration' }] },
    tags: { team: 'a' },
  };
  await client.push!(push('/new', 'x', {}, spec), signal());
  assert.deepEqual(inputs('PutParameter').at(-1), {
    Name: '/new',
    Value: 'x',
    Type: 'SecureString',
    Description: "secret 'managed-by:external-secrets'",
    KeyId: 'alias/own',
    Tier: 'Advanced',
    Policies: '[{"Type":"Expiration"}]',
    Overwrite: false,
    Tags: [
      { Key: 'team', Value: 'a' },
      { Key: 'managed-by', Value: 'external-secrets' },
    ],
  });
  assert.equal(await client.push!(push('/new', 'x', {}, { tags: { team: 'b' } }), signal()), 'written');
  assert.deepEqual(aws.parameters.get('/new')?.tags, { ...ours, team: 'b' });
  assert.equal(aws.parameters.get('/new')?.versions.length, 1, 'tags alone make no version');
  await client.push!(push('/new', 'y'), signal());
  const { Overwrite, Tags } = inputs('PutParameter').at(-1) ?? {};
  assert.deepEqual([Overwrite, Tags], [true, undefined]);
});

test('a whole Secret becomes a parameter in base64, or as it is when the metadata say so', async (t) => {
  const client = await writer(t, { service: 'ParameterStore' });
  const { secretKey: _, ...whole } = push('/whole', 'x<');
  await client.push!(whole, signal());
  assert.equal(inputs('PutParameter').at(-1)?.Value, '{"v":"eDw="}');
  const { metadata } = push('', '', {}, { encodeAsDecoded: true });
  await client.push!({ ...whole, metadata }, signal());
  assert.equal(inputs('PutParameter').at(-1)?.Value, '{"v":"x<"}');
  const bytes = push('/bytes', '');
  bytes.source.data.set('v', Uint8Array.of(0xff));
  await rejects(client.push!(bytes, signal()), 'InvalidPush');
});
