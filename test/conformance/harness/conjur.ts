import { randomUUID } from 'node:crypto';
import { account, startFakeConjur } from '../../fakes/conjur.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';

type Auth = 'API key' | 'JWT';

/** Variables of one account. Roles see all of them, and may read some. */
export const harnesses: readonly Harness[] = (['API key', 'JWT'] as const).map((auth) => ({
  name: `conjur (${auth}, loopback)`,
  provider: 'conjur',
  dialect: 'as-given',
  start: () => start(auth),
}));

const everybody: readonly Who[] = ['reader', 'left', 'right', 'stranger', 'writer'];

async function start(auth: Auth): Promise<Backend> {
  const fake = await startFakeConjur();
  const proxy = await startRecordingProxy(fake.url);
  const proofs = Object.fromEntries(everybody.map((who) => [who, randomUUID()]));
  for (const [who, reads] of Object.entries({ reader: '', left: 'left/', right: 'right/' })) {
    const role = { sees: '', reads };
    fake.roles.set(`authn/${account}/host%2F${who}`, { ...role, proof: proofs[who] ?? '' });
    fake.roles.set(`authn-jwt/cluster/${account}/host%2F${who}`, { ...role, proof: `jwt=${proofs[who]}` });
  }
  const secrets = everybody.map(
    (who) => [`team/${who}`, { login: `host/${who}`, key: `${proofs[who]}\n` }] as const,
  );
  const kube = {
    ...memoryKube(Object.fromEntries(secrets), ''),
    serviceAccountToken: async (_: string, name: string) => ({
      token: proofs[name] ?? '',
      expiresAt: Date.now() + 600_000,
    }),
  };
  const authOf = (who: Who) =>
    auth === 'API key'
      ? { apikey: { account, userRef: { name: who, key: 'login' }, apiKeyRef: { name: who, key: 'key' } } }
      : { jwt: { account, serviceID: 'cluster', hostId: `host/${who}`, serviceAccountRef: { name: who } } };
  const store = (who: Who, url = proxy.url) => ({
    spec: { url, auth: authOf(who) },
    scope: { kind: 'SecretStore', name: 'conjur', namespace: 'team' } as const,
    kube,
  });
  const write = async (key: string, ...values: (string | Uint8Array)[]) =>
    void fake.variables.set(key, { values: values.map((value) => Buffer.from(value)) });
  return {
    values: 'own',
    identities: 'several',
    absence: 'hidden',
    emptyObjects: 'kept',
    store: (who) => store(who),
    async seed(seeds) {
      for (const { key, json } of seeds) await write(key, json);
    },
    remove: async (key) => void fake.variables.delete(key),
    plain: { holds: 'bytes', write },
    async versions(key, jsons) {
      await write(key, ...jsons);
      return jsons.map((_, index) => String(index + 1));
    },
    finds: { nameOf: (key) => key },
    // A value may be any bytes.
    undetectable: ['garbage'],
    logins: { count: () => fake.given.length, expire: async () => fake.tokens.clear() },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/(secrets|resources)/, fault);
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1'),
    credentials: () => [...Object.values(proofs), ...fake.given],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
