// needs: moto
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { aws } from '../../providers/aws/index.ts';
import type { AwsSpec } from '../../providers/aws/schema.ts';
import { createCredentials } from '../../providers/kit/credentials.ts';
import type { Push } from '../../providers/kit/provider.ts';
import { awsCaller } from '../support/aws-api.ts';
import { type Moto, startMoto } from '../testbed/moto.ts';
import { memoryKube } from './harness.ts';

const scope = { kind: 'SecretStore', name: 'aws', namespace: 'team' } as const;
const signal = () => AbortSignal.timeout(20_000);
const policy = (action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Principal: '*', Action: action, Resource: '*' }],
  });
const policies = {
  one: policy('secretsmanager:GetSecretValue'),
  two: policy('secretsmanager:PutSecretValue'),
  none: '',
};

let moto: Moto;
before(async () => {
  moto = await startMoto();
  Object.assign(process.env, {
    AWS_SECRETSMANAGER_ENDPOINT: moto.url,
    AWS_SSM_ENDPOINT: moto.url,
    AWS_STS_ENDPOINT: moto.url,
  });
});

const connect = (spec: Partial<AwsSpec>) =>
  aws.connect(
    {
      service: 'SecretsManager',
      region: 'eu-west-1',
      sessionTagsPolicy: 'None',
      auth: {
        secretRef: {
          accessKeyIDSecretRef: { name: 'keys', key: 'id' },
          secretAccessKeySecretRef: { name: 'keys', key: 'key' },
        },
      },
      ...spec,
    },
    scope,
    {
      credentials: createCredentials(
        scope,
        memoryKube({ 'team/keys': { id: 'AKIAANYBODY', key: 'any' }, 'team/policies': policies }, ''),
      ),
      now: Date.now,
      countCall: () => {},
    },
  );

const push = (remoteKey: string, value: string, spec: object): Push => ({
  remoteKey,
  secretKey: 'v',
  namespace: 'team',
  source: { data: new Map([['v', Buffer.from(value)]]), type: '', labels: {}, annotations: {} },
  metadata: { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec },
});

test('tags, policy and replicas follow the metadata, and go where the metadata take them back', async (t) => {
  t.after(() => moto.reset());
  const client = await connect({ secretsManager: { forceDeleteWithoutRecovery: true } });
  t.after(() => client.close());
  const call = awsCaller(moto.url);
  const described = async () => {
    const secret = await call('secretsmanager.DescribeSecret', { SecretId: 'app' });
    const replicas = (secret.ReplicationStatus ?? []) as { Region: string }[];
    const tags = secret.Tags as { Key: string; Value: string }[];
    return {
      tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
      regions: replicas.map(({ Region }) => Region).sort(),
    };
  };
  const policyOf = async () =>
    (await call('secretsmanager.GetResourcePolicy', { SecretId: 'app' })).ResourcePolicy;
  const from = (key: keyof typeof policies) => ({
    policySourceRef: { kind: 'Secret', name: 'policies', key },
  });
  const first = {
    tags: { team: 'a' },
    resourcePolicy: from('one'),
    replicationLocations: ['us-east-1', 'us-east-2'],
  };
  assert.equal(await client.push!(push('app', 'x', first), signal()), 'written');
  assert.deepEqual(await described(), {
    tags: { team: 'a', 'managed-by': 'external-secrets' },
    regions: ['us-east-1', 'us-east-2'],
  });
  assert.deepEqual(JSON.parse(String(await policyOf())), JSON.parse(policies.one));
  assert.equal(await client.push!(push('app', 'x', first), signal()), 'unchanged');

  const second = { tags: { kept: 'b' }, resourcePolicy: from('two'), replicationLocations: ['us-east-2'] };
  assert.equal(await client.push!(push('app', 'x', second), signal()), 'written');
  assert.deepEqual(await described(), {
    tags: { kept: 'b', 'managed-by': 'external-secrets' },
    regions: ['us-east-2'],
  });
  assert.deepEqual(JSON.parse(String(await policyOf())), JSON.parse(policies.two));

  assert.equal(await client.push!(push('app', 'y', {}), signal()), 'written');
  assert.deepEqual((await described()).regions, ['us-east-2'], 'what is not named is left alone');
  assert.equal(await client.push!(push('app', 'y', { resourcePolicy: from('none') }), signal()), 'written');
  assert.equal(await policyOf(), undefined);

  assert.equal(await client.delete!({ remoteKey: 'app' }, signal()), 'deleted');
  assert.equal(await client.exists!({ remoteKey: 'app' }, signal()), false);
});

test('a parameter keeps its type, and the next push its tags', async (t) => {
  t.after(() => moto.reset());
  const client = await connect({ service: 'ParameterStore', prefix: '/team/' });
  t.after(() => client.close());
  const call = awsCaller(moto.url);
  const spec = { secretType: 'SecureString', tags: { team: 'a' } };
  assert.equal(await client.push!(push('app', 'x', spec), signal()), 'written');
  assert.equal(await client.push!(push('app', 'x', spec), signal()), 'unchanged');
  assert.equal(await client.push!(push('app', 'y', spec), signal()), 'written');
  const { Parameter } = await call('AmazonSSM.GetParameter', { Name: '/team/app', WithDecryption: true });
  const { Type, Value, Version } = Parameter as { Type: string; Value: string; Version: number };
  assert.deepEqual([Type, Value, Version], ['SecureString', 'y', 2]);
  const target = { ResourceType: 'Parameter', ResourceId: '/team/app' };
  const { TagList } = await call('AmazonSSM.ListTagsForResource', target);
  assert.deepEqual(TagList, [
    { Key: 'team', Value: 'a' },
    { Key: 'managed-by', Value: 'external-secrets' },
  ]);
  assert.equal(await client.delete!({ remoteKey: 'app' }, signal()), 'deleted');
});
