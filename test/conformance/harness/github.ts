import { generateKeyPairSync } from 'node:crypto';
import { startFakeGithub } from '../../fakes/github.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube } from '../harness.ts';

/** Secrets of one repository, whose values GitHub shows nobody. */
export const harnesses: readonly Harness[] = [
  { name: 'github (loopback)', provider: 'github', dialect: 'as-given', start },
];

const nameOf = (key: string) => key.replace(/\W/g, '_').toUpperCase();

async function start(): Promise<Backend> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = String(privateKey.export({ format: 'pem', type: 'pkcs1' }));
  const fake = await startFakeGithub(String(publicKey.export({ format: 'pem', type: 'spki' })));
  const proxy = await startRecordingProxy(fake.url);
  const secrets: NonNullable<ReturnType<typeof fake.secrets.get>> = new Map();
  fake.secrets.set('/repos/octo-org/app/actions/secrets', secrets);
  const store = (url = proxy.url) => ({
    spec: {
      url,
      auth: { privateKey: { name: 'github', key: 'key' } },
      appID: 7,
      installationID: 42,
      organization: 'octo-org',
      repository: 'app',
    },
    scope: { kind: 'SecretStore', name: 'github', namespace: 'team' } as const,
    kube: memoryKube({ 'team/github': { key: pem } }, 'no token is asked for'),
  });
  return {
    values: 'own',
    reads: 'never',
    identities: 'none',
    emptyObjects: 'kept',
    nameOf,
    store: () => store(),
    async seed(seeds) {
      for (const { key, json } of seeds) secrets.set(nameOf(key), { value: Buffer.from(json) });
    },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/secrets/, fault);
    },
    pushes: {
      kinds: ['key'],
      unmanaged: 'overwritten',
      repeated: 'written',
      deletes: 'secret',
      writes: () => proxy.count(/^(PUT|DELETE) /),
      peek: async (key) => secrets.get(nameOf(key))?.value ?? new Uint8Array(),
    },
    credentials: () => [pem, ...fake.given],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
