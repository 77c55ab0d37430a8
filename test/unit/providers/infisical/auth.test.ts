import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { googleJwt } from '../../../../providers/infisical/auth/google.ts';
import { infisical } from '../../../../providers/infisical/index.ts';
import type { InfisicalSpec } from '../../../../providers/infisical/schema.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { project, startFakeInfisical } from '../../../fakes/infisical.ts';
import { serveFake } from '../../../fakes/serve.ts';
import { withEnvironment } from '../../../support/environment.ts';
import { clientOf, clusterScope, failsWith, soon, storeScope } from '../../../support/provider-client.ts';

type Auth = InfisicalSpec['auth'];

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (passphrase?: string) =>
  String(
    privateKey.export({
      format: 'pem',
      type: 'pkcs8',
      ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
    }),
  );
const now = Date.parse('2026-03-01T10:00:00Z');
const key = (name: string) => ({ name: 'login', key: name });
const identityId = key('identity');
const values = {
  identity: 'identity-1',
  jwt: 'a.signed.jwt',
  password: 'the password',
  user: 'the user',
  pem: pem('the passphrase'),
  passphrase: 'the passphrase',
  fingerprint: 'aa:bb',
  userId: 'ocid1.user',
  tenancyId: 'ocid1.tenancy',
  region: 'eu-frankfurt-1',
  outside: '/etc/passwd',
  climbing: '/var/run/secrets/../../../etc/passwd',
  mounted: '/var/run/secrets/none/token',
  resource: 'api://infisical',
};

/** What a login of a store with this method shows, by what path. */
async function login(t: TestContext, auth: Auth, path: string, scope = storeScope) {
  const fake = await startFakeInfisical();
  t.after(() => fake.close());
  let shown: Readonly<Record<string, unknown>> = {};
  fake.logins.set(path, (body) => {
    shown = body;
    return 'reader';
  });
  const secretsScope = {
    secretsPath: '/',
    recursive: false,
    environmentSlug: project.environment,
    projectSlug: project.slug,
    organizationSlug: 'sub',
    expandSecretReferences: true,
  };
  const spec = { auth, secretsScope, hostAPI: fake.url };
  const surroundings = { secrets: { login: values }, scope, now: () => now };
  const client = await clientOf(t, infisical as Provider, spec, surroundings);
  const check = () => client.check(soon());
  return { fake, client, check, shown: () => shown };
}

test('JWT and LDAP show what their Secrets hold, and the organization', async (t) => {
  const jwt = await login(t, { jwtAuthCredentials: { identityId, jwt: key('jwt') } }, 'jwt-auth');
  assert.equal(await jwt.check(), 'ready');
  assert.deepEqual(jwt.shown(), { identityId: 'identity-1', jwt: 'a.signed.jwt', organizationSlug: 'sub' });
  const ldapAuthCredentials = { identityId, ldapPassword: key('password'), ldapUsername: key('user') };
  const ldap = await login(t, { ldapAuthCredentials }, 'ldap-auth');
  await ldap.check();
  assert.deepEqual(ldap.shown(), {
    identityId: 'identity-1',
    username: 'the user',
    password: 'the password',
    organizationSlug: 'sub',
  });
});

test('OCI: the request that Infisical sends to Oracle is signed with the user’s key', async (t) => {
  const ociAuthCredentials = {
    identityId,
    privateKey: key('pem'),
    privateKeyPassphrase: key('passphrase'),
    fingerprint: key('fingerprint'),
    userId: key('userId'),
    tenancyId: key('tenancyId'),
    region: key('region'),
  };
  const oci = await login(t, { ociAuthCredentials }, 'oci-auth');
  await oci.check();
  const { userOcid, headers } = oci.shown() as { userOcid: string; headers: Record<string, string> };
  assert.equal(userOcid, 'ocid1.user');
  assert.equal(headers.date, 'Sun, 01 Mar 2026 10:00:00 GMT');
  assert.equal(headers.host, 'identity.eu-frankfurt-1.oraclecloud.com');
  const [, signature = ''] = /signature="([^"]+)"/.exec(headers.authorization ?? '') ?? [];
  assert.match(
    headers.authorization ?? '',
    /keyId="ocid1.tenancy\/ocid1.user\/aa:bb",algorithm="rsa-sha256"/,
  );
  const signed = `date: ${headers.date}\n(request-target): get /20160918/users/ocid1.user\nhost: ${headers.host}`;
  assert(
    verify('sha256', Buffer.from(signed), createPublicKey(privateKey), Buffer.from(signature, 'base64')),
  );
  const { check } = await login(
    t,
    { ociAuthCredentials: { ...ociAuthCredentials, privateKey: key('jwt') } },
    'oci-auth',
  );
  await failsWith(check(), 'Misconfigured');
});

test("the hook's own identities are for cluster stores only, and only mounted files are read", async (t) => {
  const own: Auth[] = [
    { kubernetesAuthCredentials: { identityId } },
    { awsAuthCredentials: { identityId } },
    { azureAuthCredentials: { identityId } },
    { gcpIdTokenAuthCredentials: { identityId } },
    { gcpIamAuthCredentials: { identityId, serviceAccountKeyFilePath: key('mounted') } },
  ];
  for (const auth of own) {
    const { check, fake } = await login(t, auth, 'any');
    await failsWith(check(), 'CredentialForbidden');
    assert.equal(fake.requests.length, 0);
  }
  for (const [path, code] of [
    ['outside', 'CredentialForbidden'],
    ['climbing', 'CredentialForbidden'],
    ['mounted', 'CredentialMissing'],
  ] as const) {
    const kubernetesAuthCredentials = { identityId, serviceAccountTokenPath: key(path) };
    const { check } = await login(t, { kubernetesAuthCredentials }, 'kubernetes-auth', clusterScope);
    await failsWith(check(), code);
  }
});

test('a managed identity of Azure and an identity of Google come from the metadata servers', async (t) => {
  const metadata = await serveFake(({ path, query, headers }) => {
    if (path[0] === 'metadata' && headers.metadata === 'true')
      return { body: { access_token: `for ${query.get('resource')}` } };
    return { headers: { 'metadata-flavor': 'Google' }, body: 'header.payload.signature' };
  });
  t.after(() => metadata.close());
  withEnvironment(t, { AZURE_ENDPOINT_URL: metadata.url, GCE_METADATA_HOST: new URL(metadata.url).host });
  const azureAuthCredentials = { identityId, resource: key('resource') };
  const azure = await login(t, { azureAuthCredentials }, 'azure-auth', clusterScope);
  await azure.check();
  assert.equal(azure.shown().jwt, 'for api://infisical');
  const google = await login(t, { gcpIdTokenAuthCredentials: { identityId } }, 'gcp-auth', clusterScope);
  await google.check();
  assert.equal(google.shown().jwt, 'header.payload.signature');
  assert.match(metadata.requests.at(-1)?.url ?? '', /audience=identity-1&format=full/);
});

test('a key of a Google service account signs for the machine identity', () => {
  const file = {
    type: 'service_account',
    client_email: 'app@p.iam',
    private_key_id: 'k1',
    private_key: pem(),
  };
  const [header = '', claims = '', signature = ''] = googleJwt(JSON.stringify(file), 'identity-1', now).split(
    '.',
  );
  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  assert.deepEqual(decoded(header), { typ: 'JWT', alg: 'RS256', kid: 'k1' });
  const iat = now / 1000;
  assert.deepEqual(decoded(claims), { sub: 'app@p.iam', aud: 'identity-1', iat, exp: iat + 600 });
  const bytes = Buffer.from(`${header}.${claims}`);
  assert(verify('sha256', bytes, createPublicKey(privateKey), Buffer.from(signature, 'base64url')));
});

test('AWS: the request that Infisical sends to STS is signed by the pod, for the region', async (t) => {
  const container = await serveFake(() => ({
    body: {
      AccessKeyId: 'AKIAPOD',
      SecretAccessKey: 'secret',
      Token: 'session',
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    },
  }));
  t.after(() => container.close());
  withEnvironment(t, {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.url}/credentials`,
    AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_REGION: 'us-east-1',
  });
  const aws = await login(t, { awsAuthCredentials: { identityId } }, 'aws-auth', clusterScope);
  await aws.check();
  const { iamHttpRequestMethod, iamRequestBody, iamRequestHeaders } = aws.shown() as Record<string, string>;
  const text = (encoded = '') => Buffer.from(encoded, 'base64').toString();
  assert.equal(iamHttpRequestMethod, 'POST');
  assert.equal(text(iamRequestBody), 'Action=GetCallerIdentity&Version=2011-06-15');
  const headers = JSON.parse(text(iamRequestHeaders)) as Record<string, string>;
  assert.match(headers.Authorization ?? '', /AKIAPOD\/\d+\/us-east-1\/sts\/aws4_request/);
  assert.equal(headers.Host, 'sts.us-east-1.amazonaws.com');
  assert.equal(headers['X-Amz-Security-Token'], 'session');
});

test('a token from a Secret is sent as it is, and not given back', async (t) => {
  const auth = { tokenAuthCredentials: { accessToken: key('jwt') } };
  const { check, fake, client } = await login(t, auth, 'none');
  await failsWith(check(), 'LoginFailed');
  fake.tokens.set('a.signed.jwt', 'reader');
  assert.equal(await check(), 'ready');
  await client.close();
  assert.deepEqual(fake.revoked, []);
});
