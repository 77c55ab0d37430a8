import { ProviderError } from '../kit/errors.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { Asking, SecretServerApi } from './api.ts';

/** Whether the first of several secrets of a name will do, as ESO's reads have it, or which one is meant has to be clear. */
export type Choice = 'first' | 'only';

/** `folderId:73/name` */
export function folderKey(key: string): { folderId: number; name: string } | undefined {
  const [, id, name] = /^folderId:0*([1-9]\d*)\/(.+)$/s.exec(key) ?? [];
  return id === undefined || name === undefined ? undefined : { folderId: Number(id), name };
}

/**
 * The secret that a key names: a path, an id, a name in a folder or a name; `folderId` says where to look for a name. Undefined
 * when there is none that the user may see. Throws `Ambiguous`.
 */
export async function findByKey(
  api: SecretServerApi,
  key: string,
  { choice, folderId = 0 }: { readonly choice: Choice; readonly folderId?: number },
  asking: Asking,
): Promise<JsonNode | undefined> {
  if (key.startsWith('/')) return api.byPath(key, asking);
  const inFolder = folderKey(key);
  // A name may be a number, too.
  const found = /^\d{1,15}$/.test(key) ? await api.byId(key, asking) : undefined;
  if (found !== undefined) return found;
  const folder = inFolder?.folderId ?? folderId;
  const listed = await api.search(inFolder?.name ?? key, asking);
  const ofName = folder === 0 ? listed : listed.filter((secret) => secret.folderId === String(folder));
  const [first, second] = ofName;
  if (second !== undefined && choice === 'only')
    throw new ProviderError('Ambiguous', { what: `secret ${key} (folderId:<id>/<name> names one)` });
  return first && api.byId(first.id, asking);
}
