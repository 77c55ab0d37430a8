import { coreItem, fakeCore } from '../../fakes/onepassword-core.ts';
import { type Backend, type Harness, memoryKube } from '../harness.ts';

/** The real SDK over a double of its core: what a network does to it cannot be shown. */
export const harnesses: readonly Harness[] = [
  {
    name: 'onepasswordSDK (double of the core)',
    provider: 'onepasswordSDK',
    dialect: 'as-given',
    network: 'none',
    start,
  },
];

async function start(): Promise<Backend> {
  const core = fakeCore();
  const vault = core.vault('Team');
  const remove = async (key: string) => {
    vault.items = vault.items.filter(({ title }) => title !== key);
  };
  return {
    values: 'own',
    identities: 'none',
    tellsNothing: true,
    emptyObjects: 'refused',
    documents: 'keys',
    store: () => ({
      spec: { vault: 'Team', auth: { serviceAccountSecretRef: { name: 'account', key: 'token' } } },
      scope: { kind: 'SecretStore', name: 'onepassword', namespace: 'team' },
      kube: memoryKube({ 'team/account': { token: `${core.token}\n` } }, 'no token is asked for'),
    }),
    async seed(secrets) {
      for (const { key, json } of secrets) {
        await remove(key);
        vault.items.push(coreItem(vault.id, key, JSON.parse(json)));
      }
    },
    remove,
    pushes: {
      kinds: ['property', 'whole'],
      unmanaged: 'overwritten',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => core.calls.filter((call) => /^Items(Create|Put|Delete)$/.test(call)).length,
    },
    credentials: () => [core.token],
    stop: async () => core.restore(),
  };
}
