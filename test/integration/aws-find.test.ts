// needs: moto
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { aws } from '../../providers/aws/index.ts';
import { createCredentials } from '../../providers/kit/credentials.ts';
import type { SecretsClient } from '../../providers/kit/provider.ts';
import { memoryKube } from '../conformance/harness.ts';
import { type AwsCaller, awsCaller } from '../support/aws-api.ts';
import { type RecordingProxy, startRecordingProxy } from '../support/recording-proxy.ts';
import { type Moto, startMoto } from '../testbed/moto.ts';

const names = 3_000;
const matching = 250;

describe('find among thousands of names of moto', () => {
  let moto: Moto;
  let proxy: RecordingProxy;
  let call: AwsCaller;
  before(async () => {
    moto = await startMoto();
    proxy = await startRecordingProxy(moto.url);
    call = awsCaller(moto.url);
    process.env.AWS_SECRETSMANAGER_ENDPOINT = proxy.url;
    process.env.AWS_SSM_ENDPOINT = proxy.url;
  });
  after(async () => {
    await proxy?.close();
    await moto?.stop();
  });

  const connect = (service: 'SecretsManager' | 'ParameterStore'): Promise<SecretsClient> => {
    const scope = { kind: 'SecretStore', name: 'aws', namespace: 'team' } as const;
    const secretRef = {
      accessKeyIDSecretRef: { name: 'aws', key: 'id' },
      secretAccessKeySecretRef: { name: 'aws', key: 'key' },
    };
    return aws.connect(
      { service, region: 'eu-west-1', auth: { secretRef }, sessionTagsPolicy: 'None' },
      scope,
      {
        credentials: createCredentials(scope, memoryKube({ 'team/aws': { id: 'AKIA', key: 'key' } }, 'x')),
        now: Date.now,
        countCall: () => {},
      },
    );
  };
  const calls = () => {
    const counts: Record<string, number> = {};
    for (const { headers } of proxy.requests) {
      const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
      counts[operation] = (counts[operation] ?? 0) + 1;
    }
    return counts;
  };
  const all = Array.from({ length: names }, (_, index) => `${index < matching ? 'team' : 'other'}/${index}`);

  test('Secrets Manager lists in hundreds and reads in twenties', async () => {
    // One by one: moto's threads trip over each other.
    for (const name of all) await call('secretsmanager.CreateSecret', { Name: name, SecretString: name });
    const client = await connect('SecretsManager');
    const found = await client.find!({ name: '^team/' }, AbortSignal.timeout(60_000));
    await client.close();
    assert.deepEqual([...found.keys()].sort(), all.slice(0, matching).sort());
    for (const [name, value] of found) assert.equal(Buffer.from(value).toString(), name);
    const { ListSecrets = 0, BatchGetSecretValue = 0, ...others } = calls();
    assert.deepEqual(others, {});
    assert(ListSecrets <= names / 100, `${ListSecrets} calls of ListSecrets`);
    assert(BatchGetSecretValue <= Math.ceil(matching / 20), `${BatchGetSecretValue} batches`);
  });

  test('Parameter Store reads values with their names, in tens', async () => {
    const some = all.slice(0, 2 * matching);
    for (const name of some)
      await call('AmazonSSM.PutParameter', { Name: `/${name}`, Value: name, Type: 'SecureString' });
    const client = await connect('ParameterStore');
    const found = await client.find!({ path: '/team', name: '/\\d+$' }, AbortSignal.timeout(60_000));
    await client.close();
    assert.equal(found.size, matching);
    const { GetParametersByPath = 0, GetParameter = 0, GetParameters = 0 } = calls();
    assert.deepEqual([GetParameter, GetParameters], [0, 0]);
    // moto gives a token for one page more when the last one is full.
    assert(GetParametersByPath <= matching / 10 + 1, `${GetParametersByPath} calls of GetParametersByPath`);
  });
});
