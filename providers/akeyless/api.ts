import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { serialize } from '../kit/json/serialize.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { createRestApi, type Explained, type RestOptions, usualCode } from '../kit/rest.ts';

/** An item, without its value. */
export interface Item {
  readonly name: string;
  readonly type: string;
  readonly tags: readonly string[];
}

/** Items of Akeyless, as the API has them. */
export interface AkeylessApi {
  /** Undefined when Akeyless says that it does not exist. */
  item(name: string, signal: AbortSignal): Promise<Item | undefined>;
  /** The value as text, whatever its kind. */
  value(item: Item, version: string | undefined, signal: AbortSignal): Promise<string>;
  list(path: string, tag: string | undefined, signal: AbortSignal): Promise<readonly Item[]>;
  /** A change of an item; `call` is the API's own name. */
  change(
    call: 'CreateSecret' | 'UpdateSecretVal' | 'DeleteItem',
    name: string,
    fields: object,
    signal: AbortSignal,
  ): Promise<void>;
}

const listedTypes = ['static-secret', 'dynamic-secret', 'rotated-secret'];
const asGo = { names: 'sorted', html: 'escaped', numbers: 'text' } as const;

/** {@link AkeylessApi} over HTTP (docs.akeyless.io/reference): every operation is a POST, and the token stands in its body. */
export function createAkeylessApi(
  ignoreCache: boolean,
  options: Omit<RestOptions, 'explain' | 'authorize'>,
): AkeylessApi {
  const rest = createRestApi({ ...options, explain, authorize: withToken });
  const post = (call: string, what: string, body: object, signal: AbortSignal) => {
    const path = `/${call.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}`;
    return { method: 'POST', path, body, call, what, signal } as const;
  };
  const cached = ignoreCache ? { 'ignore-cache': 'true' } : {};
  return {
    async item(name, signal) {
      const found = await rest.find(post('DescribeItem', name, { name }, signal));
      return found && itemOf(found, name);
    },
    async value({ name, type }, version, signal) {
      const numbered = version === undefined ? {} : { version: Number(version) };
      const ask = (call: string, fields: object) => rest.json(post(call, name, fields, signal));
      switch (type) {
        case 'STATIC_SECRET': {
          const body = await ask('GetSecretValue', { names: [name], ...numbered, ...cached });
          const value = stringOf(member(body, name));
          if (value === undefined) throw new ProviderError('Malformed', { what: name });
          return value;
        }
        case 'DYNAMIC_SECRET':
          return serialize(await ask('GetDynamicSecretValue', { name }), asGo);
        case 'ROTATED_SECRET':
          return rotated(await ask('GetRotatedSecretValue', { names: name, ...numbered, ...cached }));
        case 'CERTIFICATE':
          return serialize(await ask('GetCertificateValue', { name, ...numbered, ...cached }), asGo);
        default:
          throw new ProviderError('Unsupported', { what: `${name}, whose kind Akeyless calls otherwise` });
      }
    },
    async list(path, tag, signal) {
      const items: Item[] = [];
      const asked = {
        filter: path,
        type: listedTypes,
        'minimal-view': tag === undefined,
        ...(tag === undefined ? {} : { tag }),
      };
      for (let page: string | undefined = ''; page !== undefined; ) {
        const body = await rest.json(
          post(
            'ListItems',
            'dataFrom.find',
            page === '' ? asked : { ...asked, 'pagination-token': page },
            signal,
          ),
        );
        if (body.kind !== 'object') throw new ProviderError('Malformed', { what: 'dataFrom.find' });
        items.push(...itemsOf(member(body, 'items')).map((node) => itemOf(node, 'dataFrom.find')));
        page = stringOf(member(body, 'next_page')) || undefined;
      }
      return items.filter(({ name }) => name.startsWith(path));
    },
    async change(call, name, fields, signal) {
      await rest.json(post(call, name, { name, ...fields }, signal));
    },
  };
}

/** Tokens of a universal identity have a place of their own. */
const withToken: NonNullable<RestOptions['authorize']> = (request, token) => ({
  ...request,
  body: { ...(request.body as object | undefined), [token.startsWith('u-') ? 'uid-token' : 'token']: token },
});

function itemOf(node: JsonNode, what: string): Item {
  const name = stringOf(member(node, 'item_name'));
  const type = stringOf(member(node, 'item_type'));
  if (!name || type === undefined) throw new ProviderError('Malformed', { what });
  const tags = itemsOf(member(node, 'item_tags')).map((tag) => stringOf(tag) ?? '');
  return { name, type, tags };
}

/** What of a rotated secret is its value, by ESO's choice. */
function rotated(body: JsonNode): string {
  const value = member(body, 'value');
  if (value === undefined) return serialize(body, asGo);
  if (value.kind !== 'object') throw new ProviderError('Malformed', {});
  const payload = member(value, 'payload');
  if (payload !== undefined) return stringOf(payload) ?? serialize(payload, asGo);
  return serialize(member(value, 'target_value') ?? value, asGo);
}

/** Every error is `{"error": "..."}`. */
function explain({ status }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  if (stringOf(member(body, 'error')) === undefined) return undefined;
  return { code: status === 404 ? 'NotFound' : usualCode(status) };
}
