import { mapConcurrently } from '../kit/concurrently.ts';
import { nameMatcher } from '../kit/find.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { onlyField } from '../kit/labelled-item.ts';
import type { FindQuery, SecretMap } from '../kit/provider.ts';
import type { ConnectApi } from './api.ts';
import { contentOf, getItem, idIn, listItems } from './items.ts';
import type { Vaults } from './vaults.ts';

const itemsAtOnce = 4;

/**
 * The files and fields of all items that carry every tag (their values do not count), or have the path for a title; `name`
 * chooses among file names and labels. What comes first counts, in the order of the vaults (spec providers 6). Unlike ESO,
 * tags are looked for in every vault, not in the first alone (decision 28).
 */
export async function findSecrets(
  api: ConnectApi,
  vaults: Vaults,
  { tags, path, name }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  const matches = name === undefined ? () => true : nameMatcher(name);
  const isWanted = (item: JsonNode) =>
    tags === undefined
      ? path === undefined || stringOf(member(item, 'title')) === path
      : hasTags(item, Object.keys(tags));
  const found: SecretMap = new Map();
  const add = (key: string, value: () => Uint8Array) => {
    if (matches(key) && !found.has(key)) found.set(key, value());
  };
  for (const vault of await vaults.all(signal)) {
    const wanted = (await listItems(api, vault, `vault ${vault.name}`, signal)).filter(isWanted);
    const items = await mapConcurrently(wanted, itemsAtOnce, async (summary) => {
      const title = stringOf(member(summary, 'title')) ?? '';
      const item = await getItem(api, vault, idIn(summary), title, signal);
      // One that was deleted since it was listed holds nothing.
      return item && { title, ...(await contentOf(api, item, title, signal)) };
    });
    for (const item of items) {
      for (const { name, content } of item?.files ?? []) add(name, content);
      for (const { label } of item?.fields ?? [])
        add(label, () => onlyField(item?.fields ?? [], label, item?.title ?? '').value);
    }
  }
  return found;
}

function hasTags(item: JsonNode, tags: readonly string[]): boolean {
  const own = itemsOf(member(item, 'tags')).map(stringOf);
  return tags.every((tag) => own.includes(tag));
}
