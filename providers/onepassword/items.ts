import { mapConcurrently } from '../kit/concurrently.ts';
import { ProviderError } from '../kit/errors.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { ItemField, ItemFile, LabelledItem } from '../kit/labelled-item.ts';
import type { ConnectApi } from './api.ts';
import { nativeId, titleFilter, type Vault, type Vaults } from './vaults.ts';

/** An item as Connect has it, and where it lies. */
export interface ConnectItem {
  readonly vault: Vault;
  readonly id: string;
  readonly node: JsonNode;
}

const utf8 = new TextEncoder();
/** More than a Kubernetes Secret can hold. */
const maxFileBytes = 1024 * 1024;
const filesAtOnce = 4;

/**
 * The item of that id or title in the first vault that has it; undefined once every vault has said that it has none. Throws
 * `Ambiguous` for a title that a vault has twice. Unlike ESO an id is looked for in every vault.
 */
export async function findItem(
  api: ConnectApi,
  vaults: Vaults,
  key: string,
  signal: AbortSignal,
): Promise<ConnectItem | undefined> {
  for (const vault of await vaults.all(signal)) {
    const id = nativeId.test(key) ? key : await idOf(api, vault, key, signal);
    const item = id === undefined ? undefined : await getItem(api, vault, id, key, signal);
    if (item !== undefined) return item;
  }
  return undefined;
}

async function idOf(
  api: ConnectApi,
  vault: Vault,
  title: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const items = await listItems(api, vault, title, signal, titleFilter(title));
  const [first, second] = items.filter((item) => stringOf(member(item, 'title')) === title);
  if (second !== undefined) throw new ProviderError('Ambiguous', { what: `item ${title}` });
  return first === undefined ? undefined : idIn(first);
}

/** Summaries (developer.1password.com/docs/connect/api-reference#list-items). */
export async function listItems(
  api: ConnectApi,
  { id }: Vault,
  what: string,
  signal: AbortSignal,
  filter = '',
): Promise<readonly JsonNode[]> {
  const answer = await api.json({ path: `/v1/vaults/${id}/items${filter}`, call: 'GetItems', what, signal });
  if (answer.kind !== 'array') throw new ProviderError('Malformed', {});
  return answer.items;
}

/** developer.1password.com/docs/connect/api-reference#get-item-details */
export async function getItem(
  api: ConnectApi,
  vault: Vault,
  id: string,
  what: string,
  signal: AbortSignal,
): Promise<ConnectItem | undefined> {
  const path = `/v1/vaults/${vault.id}/items/${id}`;
  const node = await api.find({ path, call: 'GetItem', what, signal });
  return node === undefined ? undefined : { vault, id: idIn(node), node };
}

/** Throws `Malformed` for what is no item; an id goes into paths, so it has to look like one. */
export function idIn(node: JsonNode): string {
  const id = stringOf(member(node, 'id')) ?? '';
  if (!nativeId.test(id)) throw new ProviderError('Malformed', {});
  return id;
}

/** The item with the contents of its files: what a property means is known only later. */
export async function contentOf(
  api: ConnectApi,
  { vault, id, node }: ConnectItem,
  what: string,
  signal: AbortSignal,
): Promise<LabelledItem> {
  const files = await mapConcurrently(itemsOf(member(node, 'files')), filesAtOnce, async (file) => {
    const name = stringOf(member(file, 'name')) ?? '';
    const fileId = stringOf(member(file, 'id')) ?? '';
    const fetched = await fetchFile(
      api,
      `/v1/vaults/${vault.id}/items/${id}/files/${encodeURIComponent(fileId)}/content`,
      {
        what: `file ${name} of ${what}`,
        signal,
      },
    );
    return { name, ...fetched };
  });
  const main = stringOf(member(node, 'category')) === 'DOCUMENT' ? 'files' : 'fields';
  return { main, fields: fieldsOf(node), files };
}

/** developer.1password.com/docs/connect/api-reference#get-file-content; a failure is told to those who want the file. */
async function fetchFile(
  api: ConnectApi,
  path: string,
  request: { what: string; signal: AbortSignal },
): Promise<Pick<ItemFile, 'content' | 'size'>> {
  try {
    const bytes = await api.bytes({ ...request, path, call: 'GetFileContent', maxBytes: maxFileBytes });
    return { content: () => bytes, size: bytes.byteLength };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.retry !== 'user') throw error;
    return {
      size: 0,
      content() {
        throw error;
      },
    };
  }
}

export function fieldsOf(node: JsonNode): ItemField[] {
  return itemsOf(member(node, 'fields')).map((field) => {
    const code = stringOf(member(field, 'totp'));
    return {
      label: stringOf(member(field, 'label')) ?? '',
      value: utf8.encode(stringOf(member(field, 'value')) ?? ''),
      ...(code === undefined ? {} : { code }),
    };
  });
}
