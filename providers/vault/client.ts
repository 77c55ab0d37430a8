import { ProviderError } from '../kit/errors.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import type { ConnectDeps, SecretsClient, StoreScope } from '../kit/provider.ts';
import { failure, vaultBody } from '../kit/vault/errors.ts';
import { findSecrets } from '../kit/vault/find.ts';
import { type Kv, metadataDocument, readMetadata, readSecret } from '../kit/vault/kv.ts';
import { openVault } from './open.ts';
import { vaultPushes } from './push.ts';
import type { VaultSpec } from './schema.ts';

/** A client of one Vault with one identity. Logs in when it is first used. Throws what reading the store's credentials throws. */
export async function connectVault(
  spec: VaultSpec,
  scope: StoreScope,
  deps: ConnectDeps,
): Promise<SecretsClient> {
  const { api, session, namespace, http } = await openVault(spec, scope, deps);
  const kv: Kv = { engine: spec, api, namespace };

  return {
    async read(ref, signal) {
      const value =
        ref.metadata === true
          ? metadataDocument(await readMetadata(kv, ref.key, signal))
          : await readSecret(kv, ref, signal);
      if (value === undefined) throw new ProviderError('NotFound', { what: ref.key });
      return jsonSecret(value, { dots: 'exact-then-path', flatten: 'decoded', what: ref.key });
    },
    find: (query, signal) => findSecrets(kv, query, signal),
    ...vaultPushes(kv),
    async check(signal) {
      const answer = await api.lookUpToken(signal);
      const isVault = vaultBody(answer) !== undefined;
      if (answer.status === 200 && isVault) return 'ready';
      if (answer.status !== 403 || !isVault) throw failure(answer, 'the token of the store');
      // A login has proved itself; its policies need not allow it to look at its token.
      if (session.kind === 'login') return 'ready';
      throw new ProviderError('LoginFailed', { status: answer.status });
    },
    async close() {
      await session.close();
      http.close();
    },
  };
}
