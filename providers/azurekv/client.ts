import { ProviderError } from '../kit/errors.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import type { ConnectDeps, RemoteRef, RemoteSecret, SecretsClient, StoreScope } from '../kit/provider.ts';
import { createVaultApi, type VaultApi } from './api.ts';
import { chooseLogin } from './auth.ts';
import { findSecrets } from './find.ts';
import { parseKey, parseVersion } from './names.ts';
import { connectNetwork } from './network.ts';
import { readObject } from './objects.ts';
import { azurePushes } from './push.ts';
import { isVaultUrl } from './rules.ts';
import type { AzureSpec } from './schema.ts';
import { tagSecret, tagsOf } from './tags.ts';
import { connectVault } from './transport.ts';

/** Nobody's secret, to which the vault says whom it takes us for. */
const probe = 'keyhook-probe';
/** A wall that stands before every secret. */
const walls = new Set(['ForbiddenByFirewall', 'ForbiddenByConnection']);

/** A client of one vault with one identity. Logs in when it is first used. Throws what reading the store's credentials throws. */
export async function connectAzure(
  spec: AzureSpec,
  scope: StoreScope,
  deps: ConnectDeps,
): Promise<SecretsClient> {
  const { credentials, now } = deps;
  const { vaultUrl } = spec;
  if (!isVaultUrl(vaultUrl)) throw new ProviderError('Misconfigured', { what: 'vaultUrl' });
  const network = connectNetwork(process.env);
  const login = await chooseLogin(spec, { credentials, now, network, scope, env: process.env });
  const api = createVaultApi(vaultUrl, connectVault(vaultUrl, network.apis, login, now), deps);

  return {
    read: (ref, signal) => read(api, ref, signal),
    find: (query, signal) => findSecrets(api, query, signal),
    ...azurePushes(api),
    check: (signal) => check(api, signal),
    async close() {
      network.close();
    },
  };
}

async function read(
  api: VaultApi,
  { key, version, metadata }: RemoteRef,
  signal: AbortSignal,
): Promise<RemoteSecret> {
  const object = parseKey(key);
  const { value, properties } = await readObject(api, object, parseVersion(key, version), key, signal);
  const { type, name } = object;
  if (metadata === true) {
    return tagSecret(tagsOf(properties), { name, what: key, extracts: type === 'secret' });
  }
  const secret = jsonSecret(value, { dots: 'as-given-first', flatten: 'raw', what: key });
  if (type === 'secret') return secret;
  return {
    size: secret.size,
    // A certificate is no text, so it has no properties; ESO gives the whole of it then.
    value: type === 'cert' ? () => value : secret.value,
    map() {
      throw new ProviderError('Unsupported', { what: `extracting ${key}` });
    },
  };
}

/** Whether the vault takes the store's identity; which secrets it may read is up to each. ESO asks nothing. */
async function check(api: VaultApi, signal: AbortSignal): Promise<'ready'> {
  const call = { operation: 'GetSecret', what: "the store's vault", signal };
  await api
    .call('secret', call, (client, options) => client.getSecret(probe, options))
    .catch((error: ProviderError) => {
      const isAnswer = error.code === 'NotFound' || error.code === 'Denied';
      if (!isAnswer || walls.has(error.details.backendCode ?? '')) throw error;
    });
  return 'ready';
}
