import { randomUUID } from 'node:crypto';
import { startFakeDelinea } from '../../fakes/delinea.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';

/** A tenant whose clients may read folders. */
export const harnesses: readonly Harness[] = [
  { name: 'delinea (loopback)', provider: 'delinea', dialect: 'decoded', start },
];

const readers: readonly Who[] = ['reader', 'left', 'right'];

async function start(): Promise<Backend> {
  const fake = await startFakeDelinea();
  const proxy = await startRecordingProxy(fake.url);
  const passwords: Record<string, string> = { stranger: randomUUID() };
  for (const who of readers) {
    const secret = randomUUID();
    passwords[who] = secret;
    fake.clients.set(who, { secret, reads: who === 'reader' ? '' : `${who}/` });
  }
  const store = (who: Who, urlTemplate = fake.urlTemplate.replace(fake.url, proxy.url)) => ({
    spec: {
      tenant: 'acme',
      urlTemplate,
      clientId: { value: who },
      clientSecret: { secretRef: { name: who, key: 'secret' } },
    },
    scope: { kind: 'SecretStore', name: 'delinea', namespace: 'team' } as const,
    kube: memoryKube({ [`team/${who}`]: { secret: `${passwords[who]}\n` } }, 'no token is asked for'),
  });
  return {
    values: 'own',
    identities: 'several',
    rotates: true,
    emptyObjects: 'kept',
    store: (who) => store(who),
    async seed(secrets) {
      for (const { key, json } of secrets) fake.secrets.set(key, json);
    },
    remove: async (key) => void fake.secrets.delete(key),
    logins: {
      count: () => fake.logins.length,
      expire: async () => fake.tokens.clear(),
    },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/secrets\//, fault);
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1/%s.%s/%s%s'),
    credentials: () => [...Object.values(passwords), ...fake.logins],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
