import { randomUUID } from 'node:crypto';
import { parse } from 'yaml';
import { arrayNode, objectNode, textNode } from '../../providers/kit/json/make.ts';
import { serialize } from '../../providers/kit/json/serialize.ts';
import { type JsonNode, parseJson } from '../../providers/kit/json/tokenizer.ts';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** Pulumi Cloud with one environment `acme/app/prod`. */
export interface FakePulumi extends FakeServer {
  /** Its own definition. */
  yaml: string;
  /** JSON of values that it imports, by name; its own win. */
  readonly imported: Map<string, string>;
  readonly tokens: Set<string>;
  readonly logins: string[];
  /** ServiceAccount tokens that may be exchanged. */
  readonly accounts: Set<string>;
  /** How many of the next writes somebody else is faster than. */
  outrun: number;
}

export async function startFakePulumi(): Promise<FakePulumi> {
  const [tokens, accounts, imported] = [new Set<string>(), new Set<string>(), new Map<string, string>()];
  const logins: string[] = [];
  let revision = 1;
  const opened = new Set<string>();
  const answer = ({ method, path, headers, body, json }: FakeRequest): FakeAnswer => {
    const route = `${method} /${path.join('/')}`;
    if (route === 'POST /api/oauth/token') {
      // pulumi.com/docs/reference/cloud-rest-api/oauth-token-exchange
      const isGood =
        json.grant_type === 'urn:ietf:params:oauth:grant-type:token-exchange' &&
        json.audience === 'urn:pulumi:org:acme' &&
        accounts.has(String(json.subject_token));
      if (!isGood) return says(401, 'Unauthorized: Invalid token exchange');
      const token = `pul-${randomUUID()}`;
      tokens.add(token);
      logins.push(token);
      return { body: { access_token: token, token_type: 'token', expires_in: json.expiration, scope: '' } };
    }
    if (!tokens.has((headers.authorization ?? '').replace(/^token /, '')))
      return says(401, 'Unauthorized: No credentials provided or are invalid.');
    // pulumi.com/docs/reference/cloud-rest-api/environments
    const own = '/api/esc/environments/acme/app/prod';
    if (!`/${path.join('/')}`.startsWith(own)) return says(404, 'Not Found: environment not found');
    switch (route.replace(own, '')) {
      case 'POST /open':
        return { body: { id: [...opened.add(randomUUID())].at(-1) } };
      case 'GET ':
        return {
          headers: { 'content-type': 'application/x-yaml', etag: String(revision) },
          body: fake.yaml,
        };
      case 'PATCH ':
        if (fake.outrun-- > 0) revision++;
        if (headers.etag !== undefined && headers.etag !== String(revision))
          return says(409, 'Conflict: environment has been modified');
        fake.yaml = body.toString();
        revision++;
        return { body: {} };
      case `GET /open/${opened.has(path.at(-1) ?? '') ? path.at(-1) : ''}`:
        return {
          headers: { 'content-type': 'application/json' },
          body: `{"exprs":{},"schema":{},"properties":${evaluated(fake.yaml, imported)}}`,
        };
      default:
        return says(404, 'Not Found');
    }
  };
  const server = await serveFake(answer);
  const fake: FakePulumi = { ...server, yaml: '', imported, tokens, logins, accounts, outrun: 0 };
  return fake;
}

/** The values of an opened environment, each with its trace. */
function evaluated(yaml: string, imported: ReadonlyMap<string, string>): string {
  const { values = {} } = (parse(yaml) ?? {}) as { values?: Record<string, unknown> };
  const own = Object.entries(values ?? {}).map(([name, value]) => [name, ofYaml(value)] as const);
  const from = [...imported].map(([name, json]) => [name, parseJson(json).root] as const);
  const all = new Map([...from, ...own]);
  return serialize(objectNode([...all].map(([name, node]) => [name, traced(node)] as const)), {
    names: 'document',
    html: 'plain',
    numbers: 'text',
  });
}

function ofYaml(value: unknown): JsonNode {
  const secret = (value as { 'fn::secret'?: unknown } | null)?.['fn::secret'];
  if (typeof secret === 'string') return textNode(secret);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return objectNode(Object.entries(value).map(([name, inner]) => [name, ofYaml(inner)] as const));
  return parseJson(JSON.stringify(value)).root;
}

function traced(node: JsonNode): JsonNode {
  const value =
    node.kind === 'array'
      ? arrayNode(node.items.map(traced))
      : node.kind === 'object'
        ? objectNode(node.members.map(({ name, value: inner }) => [name, traced(inner)] as const))
        : node;
  const trace = objectNode([['def', objectNode([['environment', textNode('prod')]])]]);
  return objectNode([
    ['value', value],
    ['secret', { kind: 'boolean', value: true, start: 0, end: 0 }],
    ['trace', trace],
  ]);
}

const says = (code: number, message: string): FakeAnswer => ({ status: code, body: { code, message } });
