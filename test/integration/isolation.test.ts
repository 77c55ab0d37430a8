// needs: vault
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoreHandle } from '../../providers/backends.ts';
import { createBackends } from '../../providers/create-backends.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import { silentObserver } from '../../providers/observer.ts';
import { registry } from '../../providers/registry.ts';
import { memoryKube } from '../conformance/harness.ts';
import { startVault } from '../testbed/vault.ts';

const namespaces = ['left', 'right'] as const;

test('4,000 interleaved reads of one real Vault with two identities', async (t) => {
  const vault = await startVault();
  t.after(vault.stop);
  await vault.enableKv('kv', 2);
  const tokens: Record<string, { token: string }> = {};
  for (const name of namespaces) {
    await vault.policy(name, `path "kv/data/${name}/*" { capabilities = ["read"] }`);
    const answer = await vault.write('auth/token/create', { policies: [name, 'default'], period: '1h' });
    const { auth } = answer as { auth: { client_token: string } };
    tokens[`${name}/vault`] = { token: auth.client_token };
    for (let i = 0; i < 10; i++)
      await vault.write(`kv/data/${name}/${i}`, { data: { value: `${i} of ${name}` } });
  }
  const backends = createBackends({
    providers: registry,
    kube: memoryKube(tokens, 'none'),
    observer: silentObserver,
    now: Date.now,
    coalesceWindowMs: 50,
  });
  t.after(backends.close);
  const store = (namespace: string): StoreHandle => ({
    kind: 'SecretStore',
    name: 'vault',
    namespace,
    uid: namespace,
    generation: 1,
    provider: {
      vault: {
        server: vault.address,
        path: 'kv',
        version: 'v2',
        auth: { tokenSecretRef: { name: 'vault', key: 'token' } },
      },
    },
  });
  const stores = { left: store('left'), right: store('right') };

  let asked = 0;
  const seen = { values: 0, denied: 0 };
  const work = async () => {
    while (asked < 4_000) {
      const i = asked++;
      const me = namespaces[i % 2]!;
      // One in four asks for what only the other one may read, and has just read perhaps.
      const whose = i % 8 < 6 ? me : namespaces[(i + 1) % 2]!;
      const key = `${whose}/${(i >> 3) % 10}`;
      const options = { maxAgeMs: 50, priority: 'refresh', signal: AbortSignal.timeout(30_000) } as const;
      try {
        const secret = await backends.read(stores[me], me, { key }, options);
        assert.equal(Buffer.from(secret.value('value')).toString(), `${(i >> 3) % 10} of ${whose}`);
        assert.equal(whose, me);
        seen.values++;
      } catch (error) {
        assert(error instanceof ProviderError);
        assert.deepEqual([error.code, whose === me], ['Denied', false]);
        seen.denied++;
      }
    }
  };
  await Promise.all(Array.from({ length: 24 }, work));
  assert.deepEqual(seen, { values: 3_000, denied: 1_000 });
});
