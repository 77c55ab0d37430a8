import { createHttpClient } from '../kit/http.ts';
import type { ConnectDeps, SecretsClient, StoreScope } from '../kit/provider.ts';
import { createKubernetesApi } from './api.ts';
import { readTarget } from './auth.ts';
import { checkAccess } from './check.ts';
import { kubernetesPushes } from './push.ts';
import { findSecrets, readSecret, type SecretsApi } from './reads.ts';
import type { KubernetesSpec } from './schema.ts';
import { dataOf, metadataOf } from './secret.ts';

/** A client of one namespace with one identity. Requests a ServiceAccount token when it is first used. */
export async function connectKubernetes(
  spec: KubernetesSpec,
  scope: StoreScope,
  deps: ConnectDeps,
): Promise<SecretsClient> {
  const target = await readTarget(spec, deps);
  const http = createHttpClient(target.http);
  const at: SecretsApi = {
    api: createKubernetesApi(target, http, deps),
    namespace: spec.remoteNamespace,
  };
  return {
    async read({ key, metadata }, signal) {
      const secret = await readSecret(at, key, signal);
      return metadata === true ? metadataOf(secret) : dataOf(secret);
    },
    find: (query, signal) => findSecrets(at, query, signal),
    ...kubernetesPushes(at, scope),
    check: (signal) => checkAccess(at, signal),
    close: async () => http.close(),
  };
}
