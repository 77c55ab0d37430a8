import type { FileAttributes, Item } from '@1password/sdk';
import { mapConcurrently } from '../kit/concurrently.ts';
import { ProviderError } from '../kit/errors.ts';
import type { ItemField, ItemFile, LabelledItem } from '../kit/labelled-item.ts';
import { renewable } from '../kit/renewable.ts';
import type { Account } from './account.ts';

/** The vault of a store. */
export interface SdkVault {
  id(signal: AbortSignal): Promise<string>;
  /** Of every item: what is known without reading it. */
  list(signal: AbortSignal): Promise<readonly Overview[]>;
  /** The item of that id or title; undefined when the vault has none. Throws `Ambiguous` for a title that is there twice. */
  look(key: string, signal: AbortSignal): Promise<Item | undefined>;
  item(id: string, what: string, signal: AbortSignal): Promise<Item>;
  /** The item with the contents of its files. */
  content(item: Item, what: string, signal: AbortSignal): Promise<LabelledItem>;
}

export interface Overview {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
}

const nativeId = /^[\da-z]{26}$/;
const utf8 = new TextEncoder();
/** More than a Kubernetes Secret can hold. */
const maxFileBytes = 1024 * 1024;
const filesAtOnce = 4;

/** The vault of that title or id; it is looked up once. */
export function openVault(account: Account, name: string): SdkVault {
  const lookUp = renewable(
    async () => {
      const what = `vault ${name}`;
      const vaults = await account.run('VaultsList', what, AbortSignal.timeout(10_000), (client) =>
        client.vaults.list(),
      );
      const found = vaults.find((vault) => vault.id === name || vault.title === name);
      if (found === undefined) {
        throw new ProviderError('Misconfigured', { what: `there is no ${what} that the token may see` });
      }
      return found.id;
    },
    () => true,
  );
  const vault: SdkVault = {
    id: () => lookUp.get(),
    async list(signal) {
      const id = await lookUp.get();
      return account.run('ItemsList', `vault ${name}`, signal, (client) => client.items.list(id));
    },
    async look(key, signal) {
      const items = await vault.list(signal);
      const byId = nativeId.test(key) ? items.find((item) => item.id === key) : undefined;
      const [first, second] = byId === undefined ? items.filter((item) => item.title === key) : [byId];
      if (second !== undefined) throw new ProviderError('Ambiguous', { what: `item ${key}` });
      return first === undefined ? undefined : vault.item(first.id, key, signal);
    },
    async item(id, what, signal) {
      const vaultId = await lookUp.get();
      return account.run('ItemsGet', what, signal, (client) => client.items.get(vaultId, id));
    },
    async content(item, what, signal) {
      const attributes = [
        ...(item.document === undefined || item.document === null ? [] : [item.document]),
        ...(item.files ?? []).map((file) => file.attributes),
      ];
      const files = await mapConcurrently(attributes, filesAtOnce, (file) =>
        readFile(account, item, file, what, signal),
      );
      return {
        main: (item.category as string) === 'Document' ? 'files' : 'fields',
        fields: item.fields.map(fieldOf),
        files,
      };
    },
  };
  return vault;
}

function fieldOf({ title, value, details }: Item['fields'][number]): ItemField {
  const code = details?.type === 'Otp' ? details.content.code : undefined;
  return { label: title, value: utf8.encode(value), ...(code === undefined ? {} : { code }) };
}

/** By the item's id: ESO gives the field's, which the SDK does not know (decision 30). */
async function readFile(
  account: Account,
  { id, vaultId }: Item,
  file: FileAttributes,
  what: string,
  signal: AbortSignal,
): Promise<ItemFile> {
  const name = `file ${file.name} of ${what}`;
  if (file.size > maxFileBytes) {
    const error = new ProviderError('TooLarge', { what: name, limit: maxFileBytes });
    return {
      name: file.name,
      size: 0,
      content() {
        throw error;
      },
    };
  }
  const read = await account.run('ItemsFilesRead', name, signal, (client) =>
    client.items.files.read(vaultId, id, file),
  );
  // The SDK makes bytes of a list of numbers, but of an empty one nothing.
  const bytes = read instanceof Uint8Array ? read : new Uint8Array();
  return { name: file.name, size: bytes.byteLength, content: () => bytes };
}
