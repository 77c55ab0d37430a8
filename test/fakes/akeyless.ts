import { randomUUID } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** An item; `values` are those of a static secret, the present one last, `answer` is what any other kind gives. */
export interface FakeItem {
  readonly type: 'STATIC_SECRET' | 'DYNAMIC_SECRET' | 'ROTATED_SECRET' | 'CERTIFICATE' | 'KEY';
  readonly values: string[];
  readonly tags: readonly string[];
  readonly answer?: object;
}

/** What an access id may do with items, by how their names begin. */
export interface Access {
  readonly reads: string;
  readonly writes?: true;
}

/** The API of Akeyless, below nothing or below `/v2` as gateways have it. */
export interface FakeAkeyless extends FakeServer {
  readonly items: Map<string, FakeItem>;
  /** Whom a login makes one: told by the members of its body beside the access id. */
  readonly accesses: Map<string, Access & { readonly accepts: (body: FakeRequest['json']) => boolean }>;
  readonly tokens: Map<string, Access>;
  readonly given: string[];
}

const operations: Readonly<Record<string, [FakeItem['type'], field: string]>> = {
  'get-dynamic-secret-value': ['DYNAMIC_SECRET', 'name'],
  'get-rotated-secret-value': ['ROTATED_SECRET', 'names'],
  'get-certificate-value': ['CERTIFICATE', 'name'],
};

export async function startFakeAkeyless(): Promise<FakeAkeyless> {
  const items: FakeAkeyless['items'] = new Map();
  const accesses: FakeAkeyless['accesses'] = new Map();
  const tokens: FakeAkeyless['tokens'] = new Map();
  const given: string[] = [];

  const answer = ({ path, json }: FakeRequest): FakeAnswer => {
    const operation = path.at(-1) ?? '';
    if (operation === 'auth') {
      // docs.akeyless.io/reference/auth
      const access = accesses.get(String(json['access-id']));
      if (access?.accepts(json) !== true) return says(401, 'Unauthorized');
      const token = `t-${randomUUID()}`;
      tokens.set(token, access);
      given.push(token);
      return { body: { token } };
    }
    const access = tokens.get(String(json.token));
    if (access === undefined) return says(401, 'Unauthorized');
    if (operation === 'list-items') return listed(items, access, json);
    const name = String(json.name ?? (Array.isArray(json.names) ? json.names[0] : json.names));
    if (!name.startsWith(access.reads)) return says(403, 'Forbidden');
    if (operation === 'create-secret' || operation === 'update-secret-val' || operation === 'delete-item')
      return changed(items, access, operation, name, json);
    const item = items.get(name);
    if (item === undefined) return says(404, 'Not Found');
    if (operation === 'describe-item') return { body: shown(name, item) };
    if (operation === 'get-secret-value') {
      const version = json.version === undefined ? item.values.length : Number(json.version);
      const value = item.values[version - 1];
      return value === undefined ? says(404, 'Not Found') : { body: { [name]: value } };
    }
    const [type] = operations[operation] ?? [];
    return type === item.type ? { body: item.answer ?? {} } : says(400, 'Bad Request');
  };
  return { ...(await serveFake(answer)), items, accesses, tokens, given };
}

/** docs.akeyless.io/reference/describeitem */
const shown = (name: string, { type, tags }: FakeItem) => ({
  item_name: name,
  item_type: type,
  item_tags: tags,
});

/** docs.akeyless.io/reference/listitems; pages of 500. */
function listed(items: FakeAkeyless['items'], access: Access, json: FakeRequest['json']): FakeAnswer {
  const all = [...items].filter(
    ([name, { tags }]) =>
      name.startsWith(access.reads) &&
      name.startsWith(String(json.filter)) &&
      (json.tag === undefined || tags.includes(String(json.tag))),
  );
  const at = Number(json['pagination-token'] ?? 0);
  const body = all.slice(at, at + 500).map(([name, item]) => shown(name, item));
  return { body: { items: body, next_page: at + 500 < all.length ? String(at + 500) : '' } };
}

function changed(
  items: FakeAkeyless['items'],
  access: Access,
  operation: string,
  name: string,
  { value, tags }: FakeRequest['json'],
): FakeAnswer {
  const item = items.get(name);
  if (!access.writes) return says(403, 'Forbidden');
  if (operation === 'create-secret') {
    if (item !== undefined) return says(409, 'Conflict');
    items.set(name, { type: 'STATIC_SECRET', values: [String(value)], tags: (tags ?? []) as string[] });
  } else if (item === undefined) return says(404, 'Not Found');
  else if (operation === 'delete-item') items.delete(name);
  else item.values.push(String(value));
  return { body: { name } };
}

const says = (status: number, text: string): FakeAnswer => ({
  status,
  body: { error: `Desc: the operation failed, Status ${status} ${text}` },
});
