import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aws } from '../../../../providers/aws/index.ts';
import type { AwsSpec } from '../../../../providers/aws/schema.ts';
import { sessionTags } from '../../../../providers/aws/session-tags.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { StoreScope } from '../../../../providers/kit/provider.ts';
import { memoryKube } from '../../../conformance/harness.ts';

const store: StoreScope = { kind: 'SecretStore', name: 'store', namespace: 'team' };
const clusterStore: StoreScope = { kind: 'ClusterSecretStore', name: 'store', namespace: undefined };
const spec = (fields: Partial<AwsSpec> = {}): AwsSpec => ({
  service: 'SecretsManager',
  region: 'eu-west-1',
  sessionTagsPolicy: 'None',
  ...fields,
});
const id = { name: 'aws', key: 'id' };
const key = { name: 'aws', key: 'key', namespace: 'team' };
const elsewhere = { name: 'x', key: 'y', namespace: 'other' };
const secretRef = { accessKeyIDSecretRef: id, secretAccessKeySecretRef: key };

test('a section that cannot work is told field by field', () => {
  const rows: [fields: Partial<AwsSpec>, scope: StoreScope, paths: string[]][] = [
    [{}, store, []],
    [{}, clusterStore, []],
    [{ auth: {} }, store, []],
    [{ auth: { secretRef } }, store, []],
    [{ region: 'noop.' }, store, ['region']],
    [{ region: '' }, store, ['region']],
    [{ region: 'eu-west-1.example.com/' }, store, ['region']],
    [{ region: 'us-gov-west-1' }, store, []],
    [{ region: 'fips-us-east-1' }, store, []],
    [{ auth: { jwt: {} } }, store, ['auth.jwt.serviceAccountRef']],
    [{ auth: { jwt: { serviceAccountRef: elsewhere } } }, store, ['auth.jwt.serviceAccountRef.namespace']],
    [{ auth: { jwt: { serviceAccountRef: elsewhere } } }, clusterStore, []],
    [
      { auth: { secretRef: {} } },
      store,
      ['auth.secretRef.accessKeyIDSecretRef', 'auth.secretRef.secretAccessKeySecretRef'],
    ],
    [
      { auth: { secretRef: { ...secretRef, sessionTokenSecretRef: elsewhere } } },
      store,
      ['auth.secretRef.sessionTokenSecretRef.namespace'],
    ],
    [{ sessionTagsPolicy: 'Custom', customSessionTags: { esoNamespace: 'x' } }, store, ['customSessionTags']],
    [{ sessionTagsPolicy: 'Custom', customSessionTags: { team: 'x' } }, store, []],
    [{ secretsManager: { recoveryWindowInDays: 6 } }, store, ['secretsManager.recoveryWindowInDays']],
    [{ secretsManager: { recoveryWindowInDays: 31 } }, store, ['secretsManager.recoveryWindowInDays']],
    [{ secretsManager: { recoveryWindowInDays: 7 } }, store, []],
    [{ secretsManager: { recoveryWindowInDays: 0, forceDeleteWithoutRecovery: true } }, store, []],
    [
      { secretsManager: { recoveryWindowInDays: 7, forceDeleteWithoutRecovery: true } },
      store,
      ['secretsManager'],
    ],
  ];
  for (const [fields, scope, paths] of rows) {
    const problems = aws.validate(spec(fields), scope).map(({ path }) => path);
    assert.deepEqual(problems, paths, JSON.stringify(fields));
  }
});

test('the references are those that the auth in use reads', () => {
  const serviceAccountRef = { name: 'app', namespace: 'infra' };
  const jwt = ['ServiceAccount infra/app auth.jwt.serviceAccountRef'];
  const rows: [auth: NonNullable<AwsSpec['auth']>, references: string[]][] = [
    [{}, []],
    [{ jwt: { serviceAccountRef } }, jwt],
    [{ jwt: { serviceAccountRef }, secretRef }, jwt],
    [
      { secretRef: { ...secretRef, sessionTokenSecretRef: id } },
      [
        'Secret aws auth.secretRef.accessKeyIDSecretRef',
        'Secret team/aws auth.secretRef.secretAccessKeySecretRef',
        'Secret aws auth.secretRef.sessionTokenSecretRef',
      ],
    ],
  ];
  for (const [auth, references] of rows) {
    const seen = aws
      .references(spec({ auth }))
      .map(({ kind, name, namespace, path }) => `${kind} ${namespace ? `${namespace}/` : ''}${name} ${path}`);
    assert.deepEqual(seen, references);
  }
});

test("a cluster store whose credentials are its consumers' is neither ready nor broken by itself", async () => {
  const client = await aws.connect(spec({ auth: { secretRef } }), clusterStore, {
    credentials: createCredentials(clusterStore, memoryKube({}, 'x')),
    now: () => 0,
    countCall: () => {},
  });
  assert.equal(await client.check(AbortSignal.timeout(1000)), 'unknown');
  await assert.rejects(
    client.read({ key: 'x' }, AbortSignal.timeout(1000)),
    (error) => error instanceof ProviderError && error.code === 'Misconfigured',
  );
});

test('session tags come from where the policy says, and nobody can forge the built-in ones', () => {
  const sessionTagsOf = (fields: Partial<AwsSpec>, scope = store) =>
    sessionTags(spec({ role: 'arn', ...fields }), scope).map(({ Key, Value }) => `${Key}=${Value}`);
  const builtIn = ['esoNamespace=team', 'esoStoreName=store', 'esoStoreKind=SecretStore'];
  const written = [{ key: 'env', value: 'prod' }];
  const customSessionTags = { team: 'blue', '': 'x', none: '', esoNamespace: 'kube-system' };
  assert.deepEqual(sessionTagsOf({}), []);
  assert.deepEqual(sessionTagsOf({ sessionTags: written, customSessionTags }), ['env=prod']);
  assert.deepEqual(
    sessionTagsOf({ sessionTagsPolicy: 'Simple', sessionTags: written, customSessionTags }),
    builtIn,
  );
  assert.deepEqual(
    new Set(sessionTagsOf({ sessionTagsPolicy: 'Custom', sessionTags: written, customSessionTags })),
    new Set([...builtIn, 'team=blue']),
  );
  assert.deepEqual(sessionTagsOf({ sessionTagsPolicy: 'Simple' }, clusterStore), [
    'esoNamespace=',
    'esoStoreName=store',
    'esoStoreKind=ClusterSecretStore',
  ]);
});

test("calls are counted under ESO's label of the service", () => {
  assert.equal(aws.label(spec()), 'AWS/SecretsManager');
  assert.equal(aws.label(spec({ service: 'ParameterStore' })), 'AWS/ParameterStore');
});
