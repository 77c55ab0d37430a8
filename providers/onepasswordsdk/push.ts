import type { Item, ItemCategory, ItemField, ItemFieldType } from '@1password/sdk';
import { ProviderError } from '../kit/errors.ts';
import type { Push, SecretsClient } from '../kit/provider.ts';
import { pushedValue } from '../kit/push.ts';
import { readPushMetadata } from '../kit/push-metadata.ts';
import { K } from '../kit/schema.ts';
import type { Account } from './account.ts';
import type { Cache } from './cache.ts';
import type { SdkVault } from './vault.ts';

const pushMetadata = K.object('Metadata of a PushSecret.', {
  tags: K.optional(K.list('Tags of the item, in place of those that it has.', K.string())),
  fieldType: K.optional(
    K.string('Type of the fields: text, concealed, email, url, phone, date or monthYear.'),
  ),
});

/** What ESO takes, whatever its case; all else is concealed. */
const fieldTypes: Readonly<Record<string, string>> = {
  text: 'Text',
  string: 'Text',
  email: 'Email',
  url: 'Url',
  phone: 'Phone',
  date: 'Date',
  monthyear: 'MonthYear',
};

const defaultLabel = 'password';

/** The writing half of the client (spec providers 7). There is no mark of ownership, as in ESO. */
export function sdkPushes(
  account: Account,
  vault: SdkVault,
  cache: Cache,
): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  return {
    async push(push, signal) {
      const { remoteKey: title } = push;
      const { tags, fieldType = '' } = readPushMetadata(push.metadata, pushMetadata) ?? {};
      const type = (fieldTypes[fieldType.toLowerCase()] ?? 'Concealed') as ItemFieldType;
      const values = valuesOf(push);
      const item = await vault.look(title, signal);
      if (item === undefined) {
        const fields = [...values].map(([label, value]) => newField(label, value, type));
        const vaultId = await vault.id(signal);
        await account.run('ItemsCreate', title, signal, (client) =>
          client.items.create({
            category: 'Server' as ItemCategory,
            vaultId,
            title,
            fields,
            ...(tags === undefined ? {} : { tags }),
          }),
        );
        cache.clear();
        return 'written';
      }
      // A whole Secret is all that the item is to have.
      const kept = push.secretKey ? item.fields : item.fields.filter((field) => values.has(field.title));
      const fields = [...values].reduce(
        (set, [label, value]) => withField(set, label, value, type, title),
        kept,
      );
      const next = { ...item, fields, tags: tags ?? item.tags };
      if (JSON.stringify([next.fields, next.tags]) === JSON.stringify([item.fields, item.tags]))
        return 'unchanged';
      await put(next, signal);
      return 'written';
    },
    async delete({ remoteKey: title, property = defaultLabel }, signal) {
      const item = await vault.look(title, signal);
      const [field, second] = item?.fields.filter((candidate) => candidate.title === property) ?? [];
      if (item === undefined || field === undefined) return 'absent';
      if (second !== undefined) throw new ProviderError('Ambiguous', { what: `${property} in ${title}` });
      const fields = item.fields.filter((other) => other !== field);
      const sections = item.sections.filter((section) => section.id || section.title);
      if (fields.length === 0 && sections.length === 0 && item.files.length === 0) {
        await account.run('ItemsDelete', title, signal, (client) =>
          client.items.delete(item.vaultId, item.id),
        );
        cache.clear();
        return 'deleted';
      }
      await put({ ...item, fields }, signal);
      return 'property-deleted';
    },
    async exists({ remoteKey, property }, signal) {
      const item = await vault.look(remoteKey, signal);
      return item !== undefined && (!property || item.fields.some(({ title }) => title === property));
    },
  };

  async function put(item: Item, signal: AbortSignal): Promise<void> {
    await account.run('ItemsPut', item.title, signal, (client) =>
      client.items.put({ ...item, fields: item.fields.map(withoutEmptySection) }),
    );
    cache.clear();
  }
}

/** Label and text of every field that is pushed. Throws `InvalidPush` for bytes that are no text. */
function valuesOf(push: Push): ReadonlyMap<string, string> {
  const { source, secretKey, property } = push;
  const pairs = secretKey
    ? [[property || defaultLabel, pushedValue(push)] as const]
    : [...source.data].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(
    pairs.map(([label, bytes]) => {
      const text = Buffer.from(bytes).toString();
      if (Buffer.compare(Buffer.from(text), bytes) === 0) return [label, text];
      throw new ProviderError('InvalidPush', {
        what: `${secretKey ?? label} is no UTF-8 text, which a field needs`,
      });
    }),
  );
}

function newField(title: string, value: string, fieldType: ItemFieldType): ItemField {
  return { id: title, title, fieldType, value };
}

function withField(
  fields: readonly ItemField[],
  label: string,
  value: string,
  fieldType: ItemFieldType,
  title: string,
): ItemField[] {
  const [known, second] = fields.filter((field) => field.title === label);
  if (second !== undefined) throw new ProviderError('Ambiguous', { what: `${label} in ${title}` });
  if (known === undefined) return [...fields, newField(label, value, fieldType)];
  return fields.map((field) => (field === known ? { ...field, value, fieldType } : field));
}

/** What 1Password itself answered, it does not take back. */
function withoutEmptySection({ sectionId, ...field }: ItemField): ItemField {
  return sectionId ? { ...field, sectionId } : field;
}
