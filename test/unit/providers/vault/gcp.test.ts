import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { StoreScope } from '../../../../providers/kit/provider.ts';
import { connectVault } from '../../../../providers/vault/client.ts';
import type { VaultSpec } from '../../../../providers/vault/schema.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { signal } from './loopback.ts';
import { startStub } from './stub.ts';

type Gcp = NonNullable<NonNullable<VaultSpec['auth']>['gcp']>;

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = {
  type: 'service_account',
  client_email: 'team@project.iam.gserviceaccount.com',
  private_key_id: 'k1',
  private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
};
const secretRef = { secretAccessKeySecretRef: { name: 'google', key: 'key.json' } };
const now = Date.parse('2026-03-01T10:00:00Z');
const store: StoreScope = { kind: 'SecretStore', name: 'store', namespace: 'team' };
const clusterStore: StoreScope = { ...store, kind: 'ClusterSecretStore' };

/** What Vault gets as the login of a store with these fields, and the address that the store has for it. */
async function login(t: TestContext, fields: Partial<Gcp>, scope = store, stored: object | string = key) {
  const { proxy } = await startStub(t);
  const auth = { gcp: { path: 'gcp', role: 'app', ...fields } };
  const spec: VaultSpec = { server: `${proxy.url}/`, version: 'v2', path: 'secret', auth };
  const text = typeof stored === 'string' ? stored : JSON.stringify(stored);
  const client = await connectVault(spec, scope, {
    credentials: createCredentials(scope, memoryKube({ 'team/google': { 'key.json': text } }, 'unused')),
    now: () => now,
    countCall: () => {},
  });
  t.after(() => client.close());
  await client.read({ key: 'x' }, signal());
  const [request] = proxy.requests;
  const body = JSON.parse(String(request?.body)) as { role: string; jwt: string };
  return { path: request?.path, server: proxy.url, ...body };
}

/** A metadata server with that answer, and what it was asked. */
async function startMetadata(t: TestContext, answer: { status?: number; flavor?: string; body: string }) {
  const asked: { url: string | undefined; flavor: string | string[] | undefined }[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url, flavor: request.headers['metadata-flavor'] });
    const { status = 200, flavor = 'Google', body } = answer;
    response.writeHead(status, { 'metadata-flavor': flavor }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.GCE_METADATA_HOST = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(() => {
    delete process.env.GCE_METADATA_HOST;
    server.close();
  });
  return asked;
}

const failure = (code: string, what: RegExp) => (error: unknown) =>
  error instanceof ProviderError && error.code === code && what.test(error.details.what ?? '');

test('the key of a service account signs for the role, for ten minutes', async (t) => {
  const { path, role, jwt } = await login(t, { path: 'google', secretRef });
  assert.deepEqual([path, role], ['/v1/auth/google/login', 'app']);
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  assert.deepEqual(read(header), { typ: 'JWT', alg: 'RS256', kid: 'k1' });
  assert.deepEqual(read(claims), {
    sub: key.client_email,
    aud: 'vault/app',
    iat: now / 1000,
    exp: now / 1000 + 600,
  });
  const signed = Buffer.from(`${header}.${claims}`);
  assert(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url')));
});

test('what is no key of a service account is told, and nothing of it is shown', async (t) => {
  const broken = ['not JSON', { ...key, type: 'authorized_user' }, { ...key, private_key: 'hunter2' }];
  for (const stored of broken) {
    await assert.rejects(login(t, { secretRef }, store, stored), (error: ProviderError) => {
      assert.doesNotMatch(error.message, /hunter2|gserviceaccount/);
      return failure('Misconfigured', /^auth\.gcp\.secretRef /)(error);
    });
  }
});

test("the hook's own identity comes from the metadata server, for the address and role of a cluster store", async (t) => {
  const asked = await startMetadata(t, { body: 'a.google.jwt\n' });
  const { path, jwt, server } = await login(t, {}, clusterStore);
  assert.deepEqual([path, jwt], ['/v1/auth/gcp/login', 'a.google.jwt']);
  const { pathname, searchParams } = new URL(asked[0]?.url ?? '', 'http://metadata');
  assert.equal(pathname, '/computeMetadata/v1/instance/service-accounts/default/identity');
  assert.deepEqual(Object.fromEntries(searchParams), { audience: `${server}/vault/app`, format: 'full' });
  assert.equal(asked[0]?.flavor, 'Google');
});

test("the hook's own identity goes to no server that a tenant chose", async (t) => {
  const asked = await startMetadata(t, { body: 'a.google.jwt' });
  await assert.rejects(login(t, {}), failure('CredentialForbidden', /own Google identity/));
  assert.equal(asked.length, 0);
});

test('what is no metadata server gives no identity', async (t) => {
  for (const answer of [
    { body: 'a.b.c', flavor: 'Other' },
    { body: 'no', status: 404 },
    { body: '<html>' },
  ]) {
    await startMetadata(t, answer);
    await assert.rejects(login(t, {}, clusterStore), failure('CredentialMissing', /own Google identity/));
  }
});

test('workload identity is not built, and says so', async (t) => {
  const workloadIdentity = { serviceAccountRef: { name: 'app' } };
  await assert.rejects(login(t, { workloadIdentity }), failure('Unsupported', /workloadIdentity/));
});
