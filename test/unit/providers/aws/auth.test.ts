import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import type { AwsSpec } from '../../../../providers/aws/schema.ts';
import { AwsFault, put } from '../../../fakes/aws-model.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import {
  aws,
  callsSince,
  connect,
  reader,
  rejects,
  type Surroundings,
  secretAccessKey,
  setEnvironment,
  signal,
  staticAuth,
} from './loopback.ts';

const jwt = { jwt: { serviceAccountRef: { name: 'app' } } };
const annotations = { 'eks.amazonaws.com/role-arn': reader };
const first = 'arn:aws:iam::123456789012:role/first';
const last = 'arn:aws:iam::123456789012:role/last';

const ownIdentity = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'],
  ...['AWS_ENDPOINT_URL_STS', 'HTTP_PROXY'],
];
afterEach(() => {
  for (const name of ownIdentity) delete process.env[name];
});

/** The operations of one read, with the access key id of each, sessions being called so. */
async function readSteps(
  t: Parameters<typeof connect>[0],
  fields: Partial<AwsSpec>,
  surroundings?: Surroundings,
): Promise<string[]> {
  put(aws.secrets, 'app', 'value');
  for (const role of [first, last]) aws.roles.set(role, ['']);
  const client = await connect(t, fields, surroundings);
  const start = aws.calls.length;
  await client.read({ key: 'app' }, signal());
  return aws.calls
    .slice(start)
    .map(({ operation, accessKeyId, input: { RoleArn } }) =>
      [operation, accessKeyId.replace(/^ASIA.*/, 'session'), RoleArn].filter(Boolean).join(' '),
    );
}

test('the identity is made step by step: jwt, secretRef or the own one, then the roles', async (t) => {
  setEnvironment({ AWS_ACCESS_KEY_ID: 'AKIAOWN', AWS_SECRET_ACCESS_KEY: 'own' });
  aws.users.set('AKIAOWN', ['']);
  const webIdentity = `AssumeRoleWithWebIdentity ${reader}`;
  const roles = { additionalRoles: [first], role: last };
  const rows: [fields: Partial<AwsSpec>, steps: string[]][] = [
    [{ auth: staticAuth }, ['GetSecretValue AKIAREADER']],
    [{ auth: jwt }, [webIdentity, 'GetSecretValue session']],
    [{ auth: { ...jwt, ...staticAuth } }, [webIdentity, 'GetSecretValue session']],
    [{ auth: {} }, ['GetSecretValue AKIAOWN']],
    [{ auth: {}, role: last }, [`AssumeRole AKIAOWN ${last}`, 'GetSecretValue session']],
    [
      { auth: staticAuth, ...roles },
      [`AssumeRole AKIAREADER ${first}`, `AssumeRole session ${last}`, 'GetSecretValue session'],
    ],
    [
      { auth: jwt, ...roles },
      [webIdentity, `AssumeRole session ${first}`, `AssumeRole session ${last}`, 'GetSecretValue session'],
    ],
  ];
  for (const [fields, steps] of rows) {
    assert.deepEqual(await readSteps(t, fields, { annotations }), steps, JSON.stringify(fields));
  }
});

test('only the last role gets the external id and the tags, and each lasts 15 minutes', async (t) => {
  const start = aws.calls.length;
  await readSteps(t, {
    additionalRoles: [first],
    role: last,
    externalID: 'an-id',
    sessionTags: [{ key: 'team', value: 'blue' }],
    transitiveTagKeys: ['team'],
  });
  const [plain, tagged] = aws.calls
    .slice(start)
    .filter(({ operation }) => operation === 'AssumeRole')
    .map(({ input }) => input);
  const common = { Action: 'AssumeRole', Version: '2011-06-15', RoleSessionName: 'keyhook' };
  assert.deepEqual(plain, { ...common, RoleArn: first, DurationSeconds: '900' });
  assert.deepEqual(tagged, {
    ...common,
    RoleArn: last,
    DurationSeconds: '900',
    ExternalId: 'an-id',
    'Tags.member.1.Key': 'team',
    'Tags.member.1.Value': 'blue',
    'TransitiveTagKeys.member.1': 'team',
  });
  const withoutTags = await connect(t, { role: last, transitiveTagKeys: ['team'] });
  await withoutTags.read({ key: 'app' }, signal());
  assert.deepEqual(aws.calls.at(-2)?.input, { ...common, RoleArn: last, DurationSeconds: '900' });
});

test("a ServiceAccount's token is for its audience, then for those of the store", async (t) => {
  const serviceAccountRef = { name: 'app', audiences: ['more'] };
  const rows: [audience: string | undefined, audiences: string[]][] = [
    [undefined, ['sts.amazonaws.com', 'more']],
    ['sts.amazonaws.com.cn', ['sts.amazonaws.com.cn', 'more']],
  ];
  for (const [audience, audiences] of rows) {
    const tokens: Surroundings['tokens'] = [];
    const all =
      audience === undefined ? annotations : { ...annotations, 'eks.amazonaws.com/audience': audience };
    const client = await connect(t, { auth: { jwt: { serviceAccountRef } } }, { annotations: all, tokens });
    assert.deepEqual(tokens, [], 'nothing is asked for before the first use');
    assert.equal(await client.check(signal()), 'ready');
    assert.deepEqual(tokens, [['team', 'app', { audiences }]]);
    const { RoleSessionName, DurationSeconds } = aws.calls.at(-1)?.input ?? {};
    assert.deepEqual([RoleSessionName, DurationSeconds], ['external-secrets-provider-aws', undefined]);
  }
  const withoutRole = await connect(t, { auth: jwt });
  const error = await rejects(withoutRole.check(signal()), 'Misconfigured');
  assert.match(error.message, /ServiceAccount app has no annotation eks\.amazonaws\.com\/role-arn/);
});

test('what STS refuses fails the store, whichever name it has there', async (t) => {
  const client = await connect(t, { auth: jwt }, { annotations });
  for (const name of [
    'AccessDenied',
    'InvalidIdentityToken',
    'ExpiredTokenException',
    'MalformedPolicyDocument',
  ]) {
    aws.fail('AssumeRoleWithWebIdentity', new AwsFault(name));
    const error = await rejects(client.read({ key: 'app' }, signal()), 'LoginFailed');
    assert.equal(error.details.what, `role ${reader}`);
    assert(error.details.backendCode?.startsWith(name), 'the SDK lengthens some names');
  }
  aws.fail('AssumeRoleWithWebIdentity', new AwsFault('Throttling'));
  await rejects(client.check(signal()), 'Throttled');
});

test('given credentials fail the check only when STS says that it does not know them', async (t) => {
  const client = await connect(t);
  assert.equal(await client.check(signal()), 'ready');
  aws.fail('GetCallerIdentity', new AwsFault('AccessDenied', undefined, 403));
  assert.equal(await client.check(signal()), 'unknown', 'an endpoint policy may forbid it');
  aws.fail('GetCallerIdentity', new AwsFault('SignatureDoesNotMatch', undefined, 403));
  await rejects(client.check(signal()), 'LoginFailed');
  aws.heal();
  setEnvironment({ AWS_STS_ENDPOINT: 'http://127.0.0.1:1' });
  const alone = await connect(t);
  setEnvironment({ AWS_STS_ENDPOINT: aws.url });
  assert.equal(await alone.check(signal()), 'unknown', 'a private network may have no way to STS');
});

test('when all sessions of a chain have expired each is renewed once', async (t) => {
  put(aws.secrets, 'app', 'value');
  aws.roles.set(last, ['']);
  const client = await connect(t, { auth: jwt, role: last }, { annotations });
  await client.read({ key: 'app' }, signal());
  aws.expireSessions();
  const start = aws.calls.length;
  await Promise.all(Array.from({ length: 20 }, () => client.read({ key: 'app' }, signal())));
  const count = (operation: string) => callsSince(start).filter((call) => call === operation).length;
  // The old session of the role, the old web identity, then both anew.
  assert.deepEqual([count('AssumeRoleWithWebIdentity'), count('AssumeRole')], [1, 2]);
});

test('credentials that stay dead after a renewal are an error, not a loop', async (t) => {
  const client = await connect(t, { auth: jwt }, { annotations });
  await client.check(signal());
  aws.fail('GetSecretValue', new AwsFault('ExpiredTokenException'));
  const start = aws.calls.length;
  await rejects(client.read({ key: 'app' }, signal()), 'LoginFailed');
  assert.deepEqual(callsSince(start), ['GetSecretValue', 'AssumeRoleWithWebIdentity', 'GetSecretValue']);
});

test("the hook's own identity can be a web identity, and asks through the proxy of the environment", async (t) => {
  const file = join(tempDir('web-identity'), 'token');
  writeFileSync(file, 'a-token');
  setEnvironment({
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ROLE_ARN: reader,
    AWS_ENDPOINT_URL_STS: 'http://sts.example.invalid',
    HTTP_PROXY: aws.url,
  });
  assert.deepEqual(await readSteps(t, { auth: {} }), [
    `AssumeRoleWithWebIdentity ${reader}`,
    'GetSecretValue session',
  ]);
});

test('without any identity the error says so, and shows nothing of the environment', async (t) => {
  const client = await connect(t, { auth: {} });
  const error = await rejects(client.check(signal()), 'LoginFailed');
  assert.equal(error.details.what, "the hook's own AWS identity");
  assert(!error.message.includes(secretAccessKey));
});

test('a session that names no consumer reads nothing, although the store itself can be checked', async (t) => {
  const scope = { kind: 'ClusterSecretStore', name: 'shared', namespace: undefined } as const;
  aws.roles.set(last, ['']);
  const serviceAccountRef = { name: 'app', namespace: 'infra' };
  const fields = { auth: { jwt: { serviceAccountRef } }, role: last, sessionTagsPolicy: 'Simple' } as const;
  const unnamed = await connect(t, fields, { scope, annotations });
  assert.equal(await unnamed.check(signal()), 'ready');
  await rejects(unnamed.read({ key: 'app' }, signal()), 'Unsupported');
  await rejects(unnamed.find!({ name: '.' }, signal()), 'Unsupported');

  put(aws.secrets, 'app', 'value');
  const named = await connect(t, fields, { scope: { ...scope, namespace: 'team' }, annotations });
  await named.read({ key: 'app' }, signal());
  assert.equal(aws.calls.at(-2)?.input['Tags.member.1.Value'], 'team');
});
