import { mapConcurrently } from '../kit/concurrently.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import type { FindQuery, SecretMap } from '../kit/provider.ts';
import type { VaultApi } from './api.ts';
import { readObject } from './objects.ts';

const what = 'dataFrom.find';
const readsAtOnce = 16;

/**
 * Whole secrets that are enabled, by name and tags (both, if both are given), or all (spec providers 5.4). What is gone when
 * it is read is left out; what may not be read fails the find. ESO takes no notice of a path, and neither is it here.
 */
export async function findSecrets(
  api: VaultApi,
  { name, tags = {} }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  const matches = name === undefined ? () => true : nameMatcher(name);
  const wanted = Object.entries(tags);
  const listed = await list(api, signal);
  const names = listed
    .filter(({ enabled }) => enabled === true)
    .filter((secret) => wanted.every(([tag, value]) => secret.tags?.[tag] === value))
    .map((secret) => secret.name)
    .filter(matches);
  const values = await mapConcurrently(names, readsAtOnce, (key) =>
    readObject(api, { type: 'secret', name: key }, '', key, signal).catch(ignoreAbsence),
  );
  return new Map(
    names.flatMap((key, index) => {
      const value = values[index]?.value;
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

/** learn.microsoft.com/rest/api/keyvault/secrets/get-secrets; all pages. */
async function list(api: VaultApi, signal: AbortSignal) {
  const call = { operation: 'GetSecrets', what, signal };
  const listed: { name: string; enabled?: boolean | undefined; tags?: Record<string, string> | undefined }[] =
    [];
  await api
    .call('secret', call, async (client, options) => {
      for await (const page of client.listPropertiesOfSecrets(options).byPage()) {
        if (!Array.isArray(page)) throw new ProviderError('Malformed', { what });
        listed.push(...page);
      }
    })
    .catch((error: ProviderError) => {
      throw error.code === 'NotFound' ? new ProviderError('Rejected', error.details) : error;
    });
  return listed;
}

/** A secret that was listed and is gone when it is read. */
function ignoreAbsence(error: unknown): undefined {
  if (error instanceof ProviderError && error.code === 'NotFound') return undefined;
  throw error;
}
