import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generatorRegistry } from '../../../../providers/generator-registry.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { GenerateDeps } from '../../../../providers/kit/generator.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { type FakeAnswer, type FakeRequest, serveFake } from '../../../fakes/serve.ts';

const remoteWords = 'aws-speaks-of-secrets';
const end = 1_772_400_000;

/** docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html, and the two APIs of registries. */
function answer({ headers, body }: FakeRequest): FakeAnswer {
  const signature = headers.authorization ?? '';
  if (!/Credential=AKIAREADER\//.test(signature))
    return { status: 403, headers: { 'content-type': 'text/xml' }, body: refusal };
  const target = String(headers['x-amz-target'] ?? '');
  // docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
  const login = { authorizationToken: Buffer.from('AWS:pass:word').toString('base64'), expiresAt: end + 0.5 };
  if (target === 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken') {
    if (!signature.includes('/eu-west-1/ecr/aws4_request'))
      return { status: 400, body: { __type: 'InvalidSignatureException', message: remoteWords } };
    return { body: { authorizationData: [{ ...login, proxyEndpoint: 'https://1.dkr.ecr.example' }] } };
  }
  // docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_GetAuthorizationToken.html
  if (target === 'SpencerFrontendService.GetAuthorizationToken' && signature.includes('/ecr-public/'))
    return { body: { authorizationData: login } };
  const asked = new URLSearchParams(body.toString());
  if (asked.get('Action') !== 'GetSessionToken') return { status: 400, body: { __type: 'Unknown' } };
  const seconds = asked.get('DurationSeconds') ?? 'default';
  return {
    headers: { 'content-type': 'text/xml' },
    body: `<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials><AccessKeyId>ASIA${seconds}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${new Date(end * 1000).toISOString()}</Expiration></Credentials></GetSessionTokenResult></GetSessionTokenResponse>`,
  };
}
const refusal = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>${remoteWords}</Message></Error></ErrorResponse>`;

async function setup(t: { after: (end: () => Promise<void>) => void }, id = 'AKIAREADER', act = answer) {
  for (const name of Object.keys(process.env)) if (/^AWS_|_PROXY$/i.test(name)) delete process.env[name];
  const server = await serveFake(act);
  t.after(() => server.close());
  Object.assign(process.env, {
    AWS_ECR_ENDPOINT: server.url,
    AWS_ECR_PUBLIC_ENDPOINT: server.url,
    AWS_STS_ENDPOINT: server.url,
  });
  const kube = memoryKube({ 'team/aws': { id, key: 'secret' } }, '');
  const deps: GenerateDeps = {
    credentials: createCredentials({ kind: 'SecretStore', name: 'g', namespace: 'team' }, kube),
    now: Date.now,
    namespace: 'team',
    signal: AbortSignal.timeout(10_000),
    countCall() {},
  };
  return async (kind: string, over: object = {}) => {
    const { values, until } = await generatorRegistry.get(kind)!.generate({ ...spec, ...over }, deps);
    return {
      ...Object.fromEntries([...values].map(([key, value]) => [key, Buffer.from(value).toString()])),
      until,
    };
  };
}
const spec = {
  region: 'eu-west-1',
  auth: {
    secretRef: {
      accessKeyIDSecretRef: { name: 'aws', key: 'id' },
      secretAccessKeySecretRef: { name: 'aws', key: 'key' },
    },
  },
};

test('ECRAuthorizationToken: a login at a private registry, signed for it', async (t) => {
  const make = await setup(t);
  assert.deepEqual(await make('ECRAuthorizationToken'), {
    username: 'AWS',
    password: 'pass:word',
    proxy_endpoint: 'https://1.dkr.ecr.example',
    expires_at: String(end),
    until: end * 1000,
  });
});

test('ECRAuthorizationToken: one at the public registry', async (t) => {
  const make = await setup(t);
  assert.deepEqual(await make('ECRAuthorizationToken', { scope: 'public', region: 'us-east-1' }), {
    username: 'AWS',
    password: 'pass:word',
    expires_at: String(end),
    until: end * 1000,
  });
});

test('STSSessionToken: credentials, and when they end', async (t) => {
  const make = await setup(t);
  const got = await make('STSSessionToken', { requestParameters: { sessionDuration: 900 } });
  assert.deepEqual(got, {
    access_key_id: 'ASIA900',
    secret_access_key: 's',
    session_token: 't',
    expiration: String(end),
    until: end * 1000,
  });
});

test('what AWS refuses is told by its code, in none of its words', async (t) => {
  const make = await setup(t, 'AKIANOBODY');
  for (const kind of ['ECRAuthorizationToken', 'STSSessionToken'])
    await assert.rejects(make(kind), (error) => {
      assert.ok(error instanceof ProviderError);
      assert.doesNotMatch(JSON.stringify([error.message, error.details]), new RegExp(remoteWords));
      assert.match(error.code, /^(LoginFailed|Denied)$/);
      return true;
    });
});

for (const [what, act, code] of [
  ['too many requests', () => ({ status: 429, body: {} }), 'Throttled'],
  ['a server error', () => ({ status: 500, body: remoteWords }), 'Unavailable'],
  ['a page for people', () => ({ body: '<html>' }), 'Malformed'],
  ['no login', () => ({ body: { authorizationData: [] } }), 'Malformed'],
  [
    'a login without a name',
    () => ({ body: { authorizationData: [{ authorizationToken: 'eA==' }] } }),
    'Malformed',
  ],
  ['a refusal by name', () => ({ status: 400, body: { __type: 'x#AccessDeniedException' } }), 'Denied'],
] as const)
  test(`ECRAuthorizationToken: ${what} is ${code}`, async (t) => {
    const make = await setup(t, 'AKIAREADER', act as typeof answer);
    await assert.rejects(make('ECRAuthorizationToken'), { code });
  });

test('specs of AWS that cannot work are told', () => {
  const problems = (kind: string, over: object) =>
    generatorRegistry.get(kind)!.problems!({ ...spec, ...over }).map(({ path }) => path);
  assert.deepEqual(problems('ECRAuthorizationToken', { region: 'x.evil/' }), ['region']);
  assert.deepEqual(problems('STSSessionToken', { auth: { jwt: {} } }), ['auth.jwt']);
});
