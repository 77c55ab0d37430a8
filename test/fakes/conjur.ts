import { randomUUID } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** A variable; the last value is the present one. */
export interface FakeConjurVariable {
  readonly values: Uint8Array[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a role may do with variables, by how ids begin; what it does not `see` is not there for it. */
export interface Role {
  readonly sees: string;
  readonly reads: string;
}

/** Conjur with one account. */
export interface FakeConjur extends FakeServer {
  readonly variables: Map<string, FakeConjurVariable>;
  /** Roles by the address of their login without `/authenticate`, and what they have to show there. */
  readonly roles: Map<string, Role & { readonly proof: string }>;
  /** Tokens that were given, in base64 as they are sent, and whose they are. */
  readonly tokens: Map<string, Role>;
  readonly given: string[];
}

export const account = 'myorg';

export async function startFakeConjur(): Promise<FakeConjur> {
  const variables: FakeConjur['variables'] = new Map();
  const roles: FakeConjur['roles'] = new Map();
  const tokens: FakeConjur['tokens'] = new Map();
  const given: string[] = [];

  const answer = (request: FakeRequest): FakeAnswer => {
    const { method, url, headers, body, path } = request;
    if (method === 'POST' && url.endsWith('/authenticate')) {
      const role = roles.get(url.slice(1, -'/authenticate'.length));
      // A refusal has no body (app/controllers/application_controller.rb).
      if (role === undefined || role.proof !== body.toString()) return { status: 401 };
      // docs.cyberark.com/conjur-open-source/latest/en/content/developer/conjur_api_authenticate.htm
      const token = JSON.stringify({
        protected: 'eyJhbGciOiJjb25qdXIub3JnL3Nsb3NpbG8vdjIifQ==',
        payload: randomUUID(),
        signature: 'c2ln',
      });
      const sent = Buffer.from(token).toString('base64');
      tokens.set(sent, role);
      given.push(sent);
      return { body: token };
    }
    const role = tokens.get(/^Token token="(.*)"$/.exec(headers.authorization ?? '')?.[1] ?? '');
    if (role === undefined) return { status: 401 };
    const [area, owner, kind, id] = path.map(decodeURIComponent);
    if (area === 'resources' && owner === account) return listed(variables, role, request);
    if (area === 'secrets' && owner === undefined) return batch(variables, role, request);
    if (area !== 'secrets' || owner !== account || kind !== 'variable') return missing(String(id));
    return one(variables, role, String(id), request.query.get('version'));
  };
  return { ...(await serveFake(answer)), variables, roles, tokens, given };
}

type Variables = FakeConjur['variables'];

/** app/controllers/secrets_controller.rb */
function one(variables: Variables, role: Role, id: string, version: string | null): FakeAnswer {
  const { values } = (id.startsWith(role.sees) && variables.get(id)) || {};
  if (values === undefined) return missing(id);
  if (!id.startsWith(role.reads)) return { status: 403, body: error('forbidden', 'Forbidden') };
  const value = version === null ? values.at(-1) : values[Number(version) - 1];
  if (value === undefined) return missing(id);
  return { headers: { 'content-type': 'application/octet-stream' }, body: value };
}

function batch(variables: Variables, role: Role, { query, headers }: FakeRequest): FakeAnswer {
  if (headers['accept-encoding'] !== 'base64') return { status: 406 };
  const prefix = `${account}:variable:`;
  const ids = (query.get('variable_ids') ?? '').split(',').map((id) => id.slice(prefix.length));
  const answers = ids.map((id) => [id, one(variables, role, id, null)] as const);
  const failed = answers.find(([, { status }]) => status !== undefined);
  if (failed !== undefined) return failed[1];
  // Ruby's encode64 breaks lines.
  const encoded = (bytes: Uint8Array) =>
    Buffer.from(bytes)
      .toString('base64')
      .replace(/(.{60})/g, '$1\n');
  return {
    headers: { 'content-encoding': 'base64' },
    body: Object.fromEntries(answers.map(([id, { body }]) => [prefix + id, encoded(body as Uint8Array)])),
  };
}

/** docs.cyberark.com/conjur-open-source/latest/en/content/developer/conjur_api_list_resources.htm */
function listed(variables: Variables, role: Role, { query }: FakeRequest): FakeAnswer {
  const [limit, offset] = [Number(query.get('limit')), Number(query.get('offset'))];
  const shown = [...variables].filter(([id]) => id.startsWith(role.sees));
  const body = shown.slice(offset, offset + limit).map(([id, { annotations = {}, values }]) => ({
    created_at: '2026-01-13T09:07:29.000+00:00',
    id: `${account}:variable:${id}`,
    owner: `${account}:policy:root`,
    policy: `${account}:policy:root`,
    permissions: [],
    annotations: Object.entries(annotations).map(([name, value]) => ({
      name,
      value,
      policy: `${account}:policy:root`,
    })),
    secrets: values.map((_, index) => ({ version: index + 1, expires_at: null })),
  }));
  return { body };
}

const missing = (id: string): FakeAnswer => ({
  status: 404,
  body: error('not_found', `CONJ00076E Variable ${account}:variable:${id} is empty or not found.`),
});
const error = (code: string, message: string) => ({ error: { code, message } });
