import { randomUUID } from 'node:crypto';
import { startFakeBitwarden } from '../../fakes/bitwarden.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube } from '../harness.ts';

/** Secrets of one project by their names; one machine account, since Bitwarden calls absent what others may not see. */
export const harnesses: readonly Harness[] = [
  {
    name: 'bitwardensecretsmanager (loopback)',
    provider: 'bitwardensecretsmanager',
    dialect: 'as-given',
    start,
  },
];

async function start(): Promise<Backend> {
  const [organizationID, projectID] = [randomUUID(), randomUUID()];
  const token = `0.${randomUUID()}.secret:key`;
  const fake = await startFakeBitwarden(organizationID, token);
  const proxy = await startRecordingProxy(fake.url);
  // An account that sees nothing is not believed.
  fake.put('something', 'to see');
  const store = (bitwardenServerSDKURL = proxy.url) => ({
    spec: {
      bitwardenServerSDKURL,
      organizationID,
      projectID,
      auth: { secretRef: { credentials: { name: 'bitwarden', key: 'token' } } },
    },
    scope: { kind: 'SecretStore', name: 'bitwarden', namespace: 'team' } as const,
    kube: memoryKube({ 'team/bitwarden': { token: `${token}\n` } }, 'no token is asked for'),
  });
  const write = async (key: string, value: string | Uint8Array) => {
    const known = fake.secrets.find((secret) => secret.key === key);
    if (known === undefined) fake.put(key, String(value), projectID);
    else known.value = String(value);
  };
  return {
    values: 'own',
    identities: 'none',
    emptyObjects: 'kept',
    store: () => store(),
    async seed(secrets) {
      for (const { key, json } of secrets) await write(key, json);
    },
    async remove(key) {
      const index = fake.secrets.findIndex((secret) => secret.key === key);
      if (index >= 0) fake.secrets.splice(index, 1);
    },
    plain: { holds: 'text', write },
    finds: { nameOf: (key) => fake.secrets.find((secret) => secret.key === key)?.id ?? key },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/secret/, fault);
    },
    nowhere: () => store('http://127.0.0.1:1'),
    pushes: {
      kinds: ['key', 'whole', 'property'],
      unmanaged: 'overwritten',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/^(POST|PUT|DELETE) /),
    },
    credentials: () => [token],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
