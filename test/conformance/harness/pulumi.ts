import { randomUUID } from 'node:crypto';
import { parseDocument } from 'yaml';
import { startFakePulumi } from '../../fakes/pulumi.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube } from '../harness.ts';

/** One environment; what is seeded it imports. */
export const harnesses: readonly Harness[] = (['token', 'OIDC'] as const).map((auth) => ({
  name: `pulumi (${auth}, loopback)`,
  provider: 'pulumi',
  dialect: 'decoded',
  start: () => start(auth),
}));

async function start(auth: 'token' | 'OIDC'): Promise<Backend> {
  const fake = await startFakePulumi();
  const proxy = await startRecordingProxy(fake.url);
  const [token, accountToken] = [`pul-${randomUUID()}`, randomUUID()];
  fake.tokens.add(token);
  fake.accounts.add(accountToken);
  fake.yaml = 'imports:\n  - base # shared\nvalues: {}\n';
  const store = (url = proxy.url) => ({
    spec: {
      apiUrl: `${url}/api/esc`,
      auth:
        auth === 'token'
          ? { accessToken: { secretRef: { name: 'pulumi', key: 'token' } } }
          : {
              oidcConfig: {
                organization: 'acme',
                serviceAccountRef: { name: 'app' },
                expirationSeconds: 600,
              },
            },
      organization: 'acme',
      project: 'app',
      environment: 'prod',
    },
    scope: { kind: 'SecretStore', name: 'pulumi', namespace: 'team' } as const,
    kube: memoryKube({ 'team/pulumi': { token: `${token}\n` } }, accountToken),
  });
  return {
    values: 'own',
    identities: 'none',
    emptyObjects: 'kept',
    nameOf: (key) => `["${key}"]`,
    store: () => store(),
    async seed(secrets) {
      for (const { key, json } of secrets) fake.imported.set(key, json);
    },
    async remove(key) {
      fake.imported.delete(key);
      const document = parseDocument(fake.yaml);
      document.deleteIn(['values', key]);
      fake.yaml = document.toString();
    },
    plain: {
      holds: 'text',
      write: async (key, value) => void fake.imported.set(key, JSON.stringify(String(value))),
    },
    ...(auth === 'OIDC'
      ? {
          logins: {
            count: () => fake.logins.length,
            expire: async () => fake.logins.forEach((given) => void fake.tokens.delete(given)),
          },
        }
      : {}),
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/environments/, fault);
    },
    nowhere: () => store('http://127.0.0.1:1'),
    pushes: {
      kinds: ['key', 'whole', 'property'],
      unmanaged: 'overwritten',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/^PATCH /),
    },
    credentials: () => [token, accountToken, ...fake.logins],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
