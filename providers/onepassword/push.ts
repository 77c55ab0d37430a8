import { setTimeout as sleep } from 'node:timers/promises';
import { ProviderError } from '../kit/errors.ts';
import { arrayNode, itemsOf, objectNode, textNode, withMembers } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { Push, SecretsClient } from '../kit/provider.ts';
import { pushedValue } from '../kit/push.ts';
import { readPushMetadata } from '../kit/push-metadata.ts';
import { K } from '../kit/schema.ts';
import type { ConnectApi } from './api.ts';
import { type ConnectItem, findItem } from './items.ts';
import type { Vault, Vaults } from './vaults.ts';

const pushMetadata = K.object('Metadata of a PushSecret.', {
  tags: K.optional(K.list('Tags of the item, in place of those that it has.', K.string())),
  vault: K.optional(K.string('Vault of a new item; one of the store.')),
});

const defaultLabel = 'password';
const visibleWithinMs = 5_000;
const lookEveryMs = 500;

/** The writing half of the client (spec providers 6): one field at a time, without a mark of ownership, as in ESO. */
export function connectPushes(
  api: ConnectApi,
  vaults: Vaults,
): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  const look = (key: string, signal: AbortSignal) => findItem(api, vaults, key, signal);

  /** Connect shows what it was told a little later; a second item would be made of what is not seen. */
  const untilShown = async (key: string, isShown: (item: ConnectItem) => boolean, signal: AbortSignal) => {
    for (let waited = 0; waited <= visibleWithinMs; waited += lookEveryMs) {
      const item = await look(key, signal);
      if (item !== undefined && isShown(item)) return;
      await sleep(lookEveryMs);
    }
    throw new ProviderError('Timeout', { what: key });
  };

  return {
    async push(push, signal) {
      const { remoteKey: key } = push;
      const metadata = readPushMetadata(push.metadata, pushMetadata);
      const field = { label: push.property || defaultLabel, value: textToPush(push) };
      const isShown = ({ node }: ConnectItem) =>
        labelled(node, field.label).some((found) => stringOf(member(found, 'value')) === field.value);
      const item = await look(key, signal);
      if (item === undefined) {
        const vault = await vaults.forPush(metadata?.vault, signal);
        await create(api, vault, key, newItem(vault, key, field, metadata?.tags), signal);
      } else {
        const changed = withMembers(withField(item.node, field, key), {
          tags: metadata?.tags === undefined ? undefined : arrayNode(metadata.tags.map(textNode)),
        });
        if (isShown(item) && (metadata?.tags === undefined || sameTags(item.node, metadata.tags)))
          return 'unchanged';
        await put(api, item, changed, key, signal);
      }
      await untilShown(key, isShown, signal);
      return 'written';
    },
    async delete({ remoteKey: key, property }, signal) {
      const item = await look(key, signal);
      if (item === undefined) return 'absent';
      const [field, second] = labelled(item.node, property || defaultLabel);
      if (field === undefined) return 'absent';
      if (second !== undefined) throw new ProviderError('Ambiguous', { what: `${property} in ${key}` });
      const fields = itemsOf(member(item.node, 'fields')).filter((other) => other !== field);
      const rest = withMembers(item.node, { fields: arrayNode(fields) });
      if (isEmpty(rest)) {
        const path = pathOf(item);
        await api.json({ method: 'DELETE', path, call: 'DeleteItem', what: key, signal });
        return 'deleted';
      }
      await put(api, item, rest, key, signal);
      return 'property-deleted';
    },
    async exists({ remoteKey, property }, signal) {
      const item = await look(remoteKey, signal);
      return item !== undefined && (!property || labelled(item.node, property).length > 0);
    },
  };
}

/** Fields hold text. Throws `InvalidPush` for a whole Secret and for bytes that are none. */
function textToPush(push: Push): string {
  if (!push.secretKey) throw new ProviderError('InvalidPush', { what: 'a whole Secret: name one secretKey' });
  const bytes = pushedValue(push);
  const text = Buffer.from(bytes).toString();
  if (Buffer.compare(Buffer.from(text), bytes) === 0) return text;
  throw new ProviderError('InvalidPush', { what: `${push.secretKey} is no UTF-8 text, which a field needs` });
}

interface Field {
  readonly label: string;
  readonly value: string;
}

function labelled(node: JsonNode, label: string): JsonNode[] {
  return itemsOf(member(node, 'fields')).filter(
    (field) => (stringOf(member(field, 'label')) ?? '') === label,
  );
}

function withField(node: JsonNode, { label, value }: Field, key: string): JsonNode {
  const [known, second] = labelled(node, label);
  if (second !== undefined) throw new ProviderError('Ambiguous', { what: `${label} in ${key}` });
  const fields = itemsOf(member(node, 'fields'));
  const set = withMembers(known ?? concealed(label), { value: textNode(value) });
  return withMembers(node, {
    fields: arrayNode(
      known === undefined ? [...fields, set] : fields.map((field) => (field === known ? set : field)),
    ),
  });
}

const concealed = (label: string) =>
  objectNode([
    ['label', textNode(label)],
    ['type', textNode('CONCEALED')],
  ]);

function newItem({ id }: Vault, title: string, field: Field, tags: readonly string[] | undefined): JsonNode {
  return objectNode([
    ['title', textNode(title)],
    ['category', textNode('SERVER')],
    ['vault', objectNode([['id', textNode(id)]])],
    ['fields', arrayNode([withMembers(concealed(field.label), { value: textNode(field.value) })])],
    ...(tags === undefined ? [] : [['tags', arrayNode(tags.map(textNode))] as const]),
  ]);
}

function sameTags(node: JsonNode, tags: readonly string[]): boolean {
  const own = itemsOf(member(node, 'tags')).map(stringOf);
  return own.length === tags.length && tags.every((tag, index) => own[index] === tag);
}

/** Nothing left but, at most, the one section without a name that Connect adds. */
function isEmpty(node: JsonNode): boolean {
  const sections = itemsOf(member(node, 'sections'));
  const named = sections.filter(
    (section) => sections.length > 1 || stringOf(member(section, 'id')) || stringOf(member(section, 'label')),
  );
  return [named, itemsOf(member(node, 'fields')), itemsOf(member(node, 'files'))].every(
    (list) => list.length === 0,
  );
}

const pathOf = ({ vault, id }: ConnectItem) => `/v1/vaults/${vault.id}/items/${id}`;

/** developer.1password.com/docs/connect/api-reference#add-an-item */
async function create(api: ConnectApi, vault: Vault, what: string, body: JsonNode, signal: AbortSignal) {
  const path = `/v1/vaults/${vault.id}/items`;
  await api.json({ method: 'POST', path, body, call: 'CreateItem', what, signal });
}

/** developer.1password.com/docs/connect/api-reference#replace-an-item */
async function put(api: ConnectApi, item: ConnectItem, body: JsonNode, what: string, signal: AbortSignal) {
  await api.json({ method: 'PUT', path: pathOf(item), body, call: 'UpdateItem', what, signal });
}
