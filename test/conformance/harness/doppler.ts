import { randomUUID } from 'node:crypto';
import { startFakeDoppler } from '../../fakes/doppler.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube } from '../harness.ts';

type Auth = 'token' | 'OIDC';

/** One config, whose names are upper case; a transformer makes them lower in a find. */
export const harnesses: readonly Harness[] = (['token', 'OIDC'] as const).map((auth) => ({
  name: `doppler (${auth}, loopback)`,
  provider: 'doppler',
  dialect: 'as-given',
  start: () => start(auth),
}));

const nameOf = (key: string) =>
  key
    .replace(/[/-]/g, '_')
    .replace(/\W/gu, (char) => `_X${char.codePointAt(0)?.toString(16)}_`)
    .toUpperCase();

async function start(auth: Auth): Promise<Backend> {
  const fake = await startFakeDoppler();
  const proxy = await startRecordingProxy(fake.url);
  const token = `dp.st.prd.${randomUUID()}`;
  const accountToken = randomUUID();
  fake.tokens.add(token);
  fake.identities.set('identity', accountToken);
  const serviceAccountRef = { name: 'app' };
  const store = (url = proxy.url) => {
    // The address is no part of a store; a client takes it up when it connects.
    process.env.DOPPLER_BASE_URL = url;
    return {
      spec: {
        auth:
          auth === 'token'
            ? { secretRef: { dopplerToken: { name: 'doppler' } } }
            : { oidcConfig: { identity: 'identity', serviceAccountRef, expirationSeconds: 600 } },
        nameTransformer: 'lower-snake',
      },
      scope: { kind: 'SecretStore', name: 'doppler', namespace: 'team' } as const,
      kube: memoryKube({ 'team/doppler': { dopplerToken: `${token}\n` } }, accountToken),
    };
  };
  const write = async (key: string, value: string | Uint8Array) =>
    void fake.secrets.set(nameOf(key), String(value));
  return {
    values: 'own',
    identities: 'none',
    emptyObjects: 'kept',
    nameOf,
    store: () => store(),
    async seed(secrets) {
      for (const { key, json } of secrets) await write(key, json);
    },
    remove: async (key) => void fake.secrets.delete(nameOf(key)),
    plain: { holds: 'text', write },
    finds: { path: true, nameOf: (key) => nameOf(key).toLowerCase() },
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
      if (fault !== undefined) proxy.misbehave(/\/secrets/, fault);
    },
    nowhere: () => store('http://127.0.0.1:1'),
    pushes: {
      kinds: ['key', 'property', 'whole'],
      unmanaged: 'overwritten',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/^POST \/v3\/configs/),
    },
    credentials: () => [token, accountToken, ...fake.logins],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
