import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { stsOf } from '../../../../providers/kit/aws-sts.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import type { StoreScope } from '../../../../providers/kit/provider.ts';
import { connectVault } from '../../../../providers/vault/client.ts';
import type { VaultSpec } from '../../../../providers/vault/schema.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { signal } from './loopback.ts';
import { startStub } from './stub.ts';

type Iam = NonNullable<NonNullable<VaultSpec['auth']>['iam']>;

const store: StoreScope = { kind: 'SecretStore', name: 'store', namespace: 'team' };
const role = 'arn:aws:iam::123456789012:role/app';
const given: Iam['secretRef'] = {
  accessKeyIDSecretRef: { name: 'keys', key: 'id' },
  secretAccessKeySecretRef: { name: 'keys', key: 'secret' },
};
const kube: KubeReader = {
  ...memoryKube({ 'team/keys': { id: 'AKIAGIVEN\n', secret: 'the-given-secret-key\n' } }, 'a-jwt'),
  serviceAccount: async () => ({ annotations: { 'eks.amazonaws.com/role-arn': role } }),
};

/** An STS that gives a session named after the action, unless told otherwise, and what it was asked. */
async function startSts(t: TestContext, refusal?: { status: number; body: string }) {
  const asked: { parameters: Record<string, string>; authorization: string | undefined }[] = [];
  const server = createServer(async (request, response) => {
    const parameters = Object.fromEntries(
      new URLSearchParams(Buffer.concat(await request.toArray()).toString()),
    );
    asked.push({ parameters, authorization: request.headers.authorization });
    if (refusal !== undefined) return void response.writeHead(refusal.status).end(refusal.body);
    response.end(
      `<R><Credentials><AccessKeyId>ASIA${parameters.Action}</AccessKeyId><SecretAccessKey>a-session-key</SecretAccessKey><SessionToken>a-session+token/=</SessionToken></Credentials></R>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  process.env.AWS_STS_ENDPOINT = url;
  t.after(() => {
    delete process.env.AWS_STS_ENDPOINT;
  });
  return { asked, url };
}

/** The login that Vault gets, its parts decoded. */
async function login(t: TestContext, fields: Partial<Iam>, scope = store) {
  const { proxy } = await startStub(t);
  const spec: VaultSpec = {
    server: proxy.url,
    version: 'v2',
    path: 'secret',
    auth: { iam: { vaultRole: 'app', ...fields } },
  };
  const client = await connectVault(spec, scope, {
    credentials: createCredentials(scope, kube),
    now: Date.now,
    countCall: () => {},
  });
  t.after(() => client.close());
  await client.read({ key: 'x' }, signal());
  const [request] = proxy.requests;
  const body: Record<string, string> = JSON.parse(String(request?.body));
  const decoded = (name: string) => Buffer.from(body[name] ?? '', 'base64').toString();
  return {
    path: request?.path,
    role: body.role,
    method: body.iam_http_request_method,
    url: decoded('iam_request_url'),
    content: decoded('iam_request_body'),
    headers: JSON.parse(decoded('iam_request_headers')) as Record<string, string>,
  };
}

test('Vault gets a GetCallerIdentity that the given keys have signed, with the id of the server among what is signed', async (t) => {
  const { asked, url } = await startSts(t);
  const sent = await login(t, { secretRef: given, vaultAwsIamServerID: 'vault.example.com' });
  assert.equal(sent.path, '/v1/auth/aws/login');
  assert.deepEqual([sent.role, sent.method, sent.url], ['app', 'POST', url]);
  assert.equal(sent.content, 'Action=GetCallerIdentity&Version=2011-06-15');
  assert.equal(sent.headers['x-vault-aws-iam-server-id'], 'vault.example.com');
  assert.match(
    sent.headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKIAGIVEN\/\d{8}\/us-east-1\/sts\/aws4_request, SignedHeaders=[a-z0-9;-]*host;[a-z0-9;-]*x-vault-aws-iam-server-id, Signature=[0-9a-f]{64}$/,
  );
  assert(!JSON.stringify(sent).includes('the-given-secret-key'));
  assert.deepEqual(asked, [], 'it is Vault that asks AWS');
});

test('a role is assumed first, with the keys of a ServiceAccount or given ones, in the region', async (t) => {
  const { asked } = await startSts(t);
  const first = await login(t, {
    path: 'cloud',
    region: 'eu-west-1',
    jwt: { serviceAccountRef: { name: 'app' } },
  });
  assert.equal(first.path, '/v1/auth/cloud/login');
  assert.match(first.headers.authorization ?? '', /=ASIAAssumeRoleWithWebIdentity\/\d{8}\/eu-west-1\/sts\//);
  assert.equal(first.headers['x-amz-security-token'], 'a-session+token/=');
  assert.deepEqual(asked[0]?.parameters, {
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: role,
    RoleSessionName: 'external-secrets-provider-vault',
    WebIdentityToken: 'a-jwt',
    Version: '2011-06-15',
  });
  assert.equal(asked[0]?.authorization, undefined);

  const second = await login(t, { secretRef: given, role, externalID: 'ours' });
  assert.match(second.headers.authorization ?? '', /Credential=ASIAAssumeRole\//);
  assert.match(asked[1]?.authorization ?? '', /Credential=AKIAGIVEN\//);
  assert.equal(asked[1]?.parameters.ExternalId, 'ours');
});

test('what AWS refuses fails the store, and what is no AWS is told apart', async (t) => {
  const error = (code: string) =>
    `<ErrorResponse><Error><Code>${code}</Code><Message>for AKIAGIVEN</Message></Error></ErrorResponse>`;
  const rows: [status: number, body: string, code: string, backendCode: string | undefined][] = [
    [403, error('AccessDenied'), 'LoginFailed', 'AccessDenied'],
    [403, error('InvalidClientTokenId'), 'LoginFailed', 'InvalidClientTokenId'],
    [400, error('Throttling'), 'Throttled', 'Throttling'],
    [429, '', 'Throttled', undefined],
    [503, error('ServiceUnavailable'), 'Unavailable', undefined],
    [200, '<html>AKIAGIVEN</html>', 'Malformed', undefined],
    [404, '<html>AKIAGIVEN</html>', 'Malformed', undefined],
  ];
  for (const [status, body, code, backendCode] of rows) {
    await startSts(t, { status, body });
    await assert.rejects(login(t, { secretRef: given, role }), (caught) => {
      assert(caught instanceof ProviderError);
      assert.deepEqual([caught.code, caught.details.backendCode], [code, backendCode]);
      assert.doesNotMatch(inspect(caught, { showHidden: true, depth: 5 }), /AKIAGIVEN|the-given-secret-key/);
      return true;
    });
  }
});

test("the pod's identity signs for nobody but a cluster store, and static keys of the environment for none", async (t) => {
  const static_ = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'from-the-environment' };
  const names = [
    ...Object.keys(static_),
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  ];
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  t.after(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  for (const name of names) delete process.env[name];
  Object.assign(process.env, static_);
  await assert.rejects(login(t, {}), { code: 'CredentialForbidden' });
  const clusterStore: StoreScope = { kind: 'ClusterSecretStore', name: 'store', namespace: 'team' };
  await assert.rejects(login(t, {}, clusterStore), { code: 'CredentialMissing' });
});

test('the address of STS is that of the region, unless the environment has another', () => {
  const rows: [region: string, env: Record<string, string>, href: string][] = [
    ['us-east-1', {}, 'https://sts.amazonaws.com/'],
    ['eu-west-1', {}, 'https://sts.eu-west-1.amazonaws.com/'],
    ['cn-north-1', {}, 'https://sts.cn-north-1.amazonaws.com.cn/'],
    ['eu-west-1', { AWS_STS_ENDPOINT: 'https://sts.internal/' }, 'https://sts.internal/'],
  ];
  for (const [region, env, href] of rows) assert.equal(stsOf(region, env).url.href, href);
  for (const region of ['evil.example.com/', 'a@b', ''])
    assert.throws(() => stsOf(region, {}), { code: 'Misconfigured' });
});
