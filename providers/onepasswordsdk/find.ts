import { mapConcurrently } from '../kit/concurrently.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { onlyField } from '../kit/labelled-item.ts';
import type { FindQuery, SecretMap } from '../kit/provider.ts';
import type { SdkVault } from './vault.ts';

const itemsAtOnce = 4;

/**
 * The files and fields of all items that carry every tag (values do not count) and have the path for a title; `name` chooses
 * among labels and file names (spec providers 7). Throws `Ambiguous` for a label that two items have.
 */
export async function findSecrets(
  vault: SdkVault,
  { tags, path, name }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  const matches = name === undefined ? () => true : nameMatcher(name);
  const wanted = (await vault.list(signal)).filter(
    (item) =>
      (path === undefined || item.title === path) &&
      Object.keys(tags ?? {}).every((tag) => item.tags.includes(tag)),
  );
  const items = await mapConcurrently(wanted, itemsAtOnce, async ({ id, title }) => ({
    title,
    // By id: two items may have one title.
    ...(await vault.content(await vault.item(id, title, signal), title, signal)),
  }));
  const found: SecretMap = new Map();
  const add = (key: string, value: () => Uint8Array) => {
    if (!matches(key)) return;
    if (found.has(key)) throw new ProviderError('Ambiguous', { what: `${key} among the found items` });
    found.set(key, value());
  };
  for (const { title, files, fields } of items) {
    for (const file of files) add(file.name, file.content);
    for (const { label } of fields) add(label, () => onlyField(fields, label, title).value);
  }
  return found;
}
