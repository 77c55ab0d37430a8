import { textToPush } from '../kit/document-pushes.ts';
import { ProviderError } from '../kit/errors.ts';
import { arrayNode, itemsOf, objectNode, textNode } from '../kit/json/make.ts';
import { stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { SecretsClient } from '../kit/provider.ts';
import { equalBytes, pushedValue } from '../kit/push.ts';
import { readPushMetadata } from '../kit/push-metadata.ts';
import { K } from '../kit/schema.ts';
import { type Asking, anyCase, idOf, numeral, type SecretServerApi } from './api.ts';
import { findByKey, folderKey } from './names.ts';
import { documentOf, type Field, fieldNamed, fieldsOf } from './secret.ts';

const pushMetadata = K.object('Metadata of a PushSecret.', {
  folderId: K.optional(K.int('Id of the folder of a new secret, and of that in which a name is looked for.')),
  secretTemplateId: K.optional(K.int('Id of the template of a new secret.')),
});

/**
 * The writing half of the client: one field at a time, the first unless a property names another. The server cannot say whose a
 * secret is, so a push overwrites, as in ESO. A deletion with a property empties its field, where ESO deletes the secret; the
 * secret goes with the last one.
 */
export function secretServerPushes(
  api: SecretServerApi,
): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  const look = (key: string, asking: Asking, folderId = 0) =>
    findByKey(api, key, { choice: 'only', folderId }, asking);
  const write = (secret: JsonNode, field: Field, value: Uint8Array, asking: Asking) => {
    if (field.isFile) throw new ProviderError('InvalidPush', { what: `${field.slug}, which holds a file` });
    const fields = fieldsOf(secret).filter(({ isFile }) => !isFile);
    const changed = fields.map((other) => (other.node === field.node ? { ...other, value } : other));
    return api.update(idOf(secret, asking.what), documentOf(secret, changed), asking);
  };
  return {
    async push(push, signal) {
      const { remoteKey: key, property } = push;
      const asking = { what: key, signal };
      const metadata = readPushMetadata(push.metadata, pushMetadata) ?? {};
      const value = pushedValue(push);
      const text = textToPush(value, key);
      const secret = await look(key, asking, metadata.folderId);
      if (secret === undefined) {
        await create(api, key, property, text, metadata, asking);
        return 'written';
      }
      const fields = fieldsOf(secret);
      const field = property ? fieldNamed(fields, property) : fields[0];
      if (field === undefined)
        throw new ProviderError('InvalidPush', { what: `${key} has no field ${property ?? ''}` });
      if (equalBytes(field.value, value) && !field.isFile) return 'unchanged';
      await write(secret, field, value, asking);
      return 'written';
    },
    async delete({ remoteKey: key, property }, signal) {
      const asking = { what: key, signal };
      const secret = await look(key, asking);
      if (secret === undefined) return 'absent';
      const fields = fieldsOf(secret);
      const field = property ? fieldNamed(fields, property) : undefined;
      if (property && !holdsSomething(field)) return 'absent';
      if (field === undefined || !fields.some((other) => other !== field && holdsSomething(other))) {
        await api.remove(idOf(secret, key), asking);
        return 'deleted';
      }
      await write(secret, field, new Uint8Array(), asking);
      return 'property-deleted';
    },
    async exists({ remoteKey: key, property }, signal) {
      const secret = await look(key, { what: key, signal });
      if (secret === undefined || !property) return secret !== undefined;
      return holdsSomething(fieldNamed(fieldsOf(secret), property));
    },
  };
}

function holdsSomething(field: Field | undefined): boolean {
  return field !== undefined && (field.isAttached || field.value.byteLength > 0);
}

async function create(
  api: SecretServerApi,
  key: string,
  property: string | undefined,
  value: string,
  metadata: { readonly folderId?: number; readonly secretTemplateId?: number },
  asking: Asking,
): Promise<void> {
  const inFolder = folderKey(key);
  const folderId = inFolder?.folderId ?? metadata.folderId ?? 0;
  const { secretTemplateId = 0 } = metadata;
  if (folderId <= 0 || secretTemplateId <= 0)
    throw new ProviderError('InvalidPush', {
      what: `${key} is new: metadata has to name folderId and secretTemplateId`,
    });
  // Of a path the last part is the name; where it lies, metadata say.
  const name = inFolder?.name ?? (key.startsWith('/') ? key.slice(key.lastIndexOf('/') + 1) : key);
  if (name === '' || name.includes('/'))
    throw new ProviderError('InvalidPush', { what: `${key}: no name of a secret` });
  const fieldId = fieldOf(await api.template(secretTemplateId, asking), property);
  if (fieldId === undefined)
    throw new ProviderError('InvalidPush', { what: `the template has no field ${property ?? ''}` });
  const item = objectNode([
    ['FieldID', numberNode(fieldId)],
    ['ItemValue', textNode(value)],
  ]);
  const fresh = objectNode([
    ['Name', textNode(name)],
    ['FolderID', numberNode(String(folderId))],
    ['SecretTemplateID', numberNode(String(secretTemplateId))],
    ['Items', arrayNode([item])],
  ]);
  await api.create(documentOf(fresh, fieldsOf(fresh)), asking);
}

/** The id of a template's field: of the first, or of that with a slug, else of that with a name. */
function fieldOf(template: JsonNode, property: string | undefined): string | undefined {
  const fields = itemsOf(anyCase(template, 'fields'));
  const named = (name: string) => fields.find((field) => stringOf(anyCase(field, name)) === property);
  const field = property ? (named('fieldSlugName') ?? named('name')) : fields[0];
  return numeral(anyCase(field, 'secretTemplateFieldId'));
}

function numberNode(text: string): JsonNode {
  return { kind: 'number', text, start: 0, end: 0 };
}
