import { randomUUID } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** Doppler with one config, which tokens of a config see without naming it. */
export interface FakeDoppler extends FakeServer {
  readonly secrets: Map<string, string>;
  /** Tokens that are good. */
  readonly tokens: Set<string>;
  /** ServiceAccount tokens by the identity that may show them. */
  readonly identities: Map<string, string>;
  /** Tokens that were given for an identity so far. */
  readonly logins: string[];
}

/** Doppler's own example of a download (docs.doppler.com/reference/secrets-download). */
export const documentedDownload = {
  ALGOLIA: 'N1E6MEYW6ZRT6MQHFT8JFQXHWQFKLJMP',
  DATABASE: 'postgres://username:password@host:1234/db',
  USER: 'name',
};

export async function startFakeDoppler(): Promise<FakeDoppler> {
  const secrets: FakeDoppler['secrets'] = new Map();
  const tokens = new Set<string>();
  const identities: FakeDoppler['identities'] = new Map();
  const logins: string[] = [];

  const answer = ({ method, headers, path, query, json }: FakeRequest): FakeAnswer => {
    const route = `${method} /${path.join('/')}`;
    if (route === 'POST /v3/auth/oidc') {
      // docs.doppler.com/reference/auth-oidc
      if (identities.get(String(json.identity)) !== json.token) return says(401, 'Invalid OIDC token');
      const token = `dp.said.${randomUUID()}`;
      tokens.add(token);
      logins.push(token);
      return { body: { success: true, token, expires_at: new Date(Date.now() + 3_600_000).toISOString() } };
    }
    if (!tokens.has((headers.authorization ?? '').replace(/^Bearer /, '')))
      return says(401, 'Invalid Auth token');
    if (route === 'GET /v3/projects') return { body: { projects: [], page: 1, success: true } };
    const config = query.get('config') ?? json.config;
    if (config !== null && config !== undefined && config !== 'prd')
      return says(404, 'Could not find requested config');
    if (route === 'GET /v3/configs/config/secrets/download') return downloaded(secrets, query);
    if (route === 'POST /v3/configs/config/secrets') return updated(secrets, json);
    return says(404, 'Not found');
  };
  return { ...(await serveFake(answer)), secrets, tokens, identities, logins };
}

function downloaded(secrets: ReadonlyMap<string, string>, query: URLSearchParams): FakeAnswer {
  const wanted = query.get('secrets')?.split(',');
  const chosen = [...secrets].filter(([name]) => wanted === undefined || wanted.includes(name));
  const named = chosen.map(([name, value]) => [transformed(name, query.get('name_transformer')), value]);
  switch (query.get('format') ?? 'json') {
    case 'env':
      return { body: named.map(([name, value]) => `${name}="${value}"\n`).join('') };
    default:
      return { headers: { etag: '"1"' }, body: Object.fromEntries(named) };
  }
}

function transformed(name: string, transformer: string | null): string {
  return transformer === 'lower-snake' ? name.toLowerCase() : name;
}

/** docs.doppler.com/reference/secrets-update: either `secrets` or `change_requests`. */
function updated(secrets: Map<string, string>, json: FakeRequest['json']): FakeAnswer {
  const changes = (json.change_requests ?? []) as { name: string; shouldDelete?: boolean }[];
  for (const [name, value] of Object.entries((json.secrets ?? {}) as Record<string, string>)) {
    if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) return says(400, 'Secret names may only contain ...');
    secrets.set(name, value);
  }
  for (const { name, shouldDelete } of changes) if (shouldDelete) secrets.delete(name);
  return { body: { secrets: {}, success: true } };
}

/** docs.doppler.com/reference/api#errors */
const says = (status: number, message: string): FakeAnswer => ({
  status,
  body: { messages: [message], success: false },
});
