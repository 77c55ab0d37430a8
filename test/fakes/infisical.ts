import { randomUUID } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** A secret (infisical.com/docs/api-reference/endpoints/deprecated/secrets/read); the last value is the present one. */
export interface FakeSecret {
  readonly folder: string;
  readonly name: string;
  readonly values: string[];
}

/** One project with one environment. */
export interface FakeInfisical extends FakeServer {
  readonly secrets: FakeSecret[];
  /** Secrets that a folder imports from elsewhere. */
  readonly imports: FakeSecret[];
  /** Folders that are there beside those of secrets. */
  readonly folders: Set<string>;
  /** Who a login makes one, by its path and body in JSON; undefined refuses it. */
  readonly logins: Map<string, (body: Readonly<Record<string, unknown>>) => string | undefined>;
  /** What identities may read, by how names begin, and write; `hides` gives placeholders. */
  readonly grants: Map<string, { reads: string; writes?: true; hides?: true }>;
  /** Tokens and whose they are. */
  readonly tokens: Map<string, string>;
  readonly given: string[];
  readonly revoked: string[];
}

/** The address of the project by its slug; older releases have another. */
export const project = { id: '5d5ad2b4-0000-4000-8000-000000000000', slug: 'team-app', environment: 'prod' };

export async function startFakeInfisical(): Promise<FakeInfisical> {
  const fake: Omit<FakeInfisical, keyof FakeServer> = {
    secrets: [],
    imports: [],
    folders: new Set(['/']),
    logins: new Map(),
    grants: new Map(),
    tokens: new Map(),
    given: [],
    revoked: [],
  };

  const answer = (request: FakeRequest): FakeAnswer => {
    const { method, path, json, headers } = request;
    const [api, version, area, kind = '', action] = path;
    if (api !== 'api')
      return { status: 404, body: '<!doctype html>', headers: { 'content-type': 'text/html' } };
    if (area === 'auth' && action === 'login') {
      const who = fake.logins.get(kind)?.(json);
      if (who === undefined) return says(401, 'UnauthorizedError', 'Invalid credentials');
      const accessToken = randomUUID();
      fake.tokens.set(accessToken, who);
      fake.given.push(accessToken);
      // infisical.com/docs/api-reference/endpoints/universal-auth/login
      return { body: { accessToken, expiresIn: 7200, accessTokenMaxTTL: 43244, tokenType: 'Bearer' } };
    }
    if (area === 'auth' && action === 'revoke') {
      fake.revoked.push(String(json.accessToken));
      fake.tokens.delete(String(json.accessToken));
      return { body: { message: 'Successfully revoked access token' } };
    }
    const token = (headers.authorization ?? '').replace(/^Bearer /, '');
    const who = fake.tokens.get(token);
    if (who === undefined)
      return fake.given.includes(token)
        ? says(403, 'TokenError', 'Your token has expired. Please re-authenticate.')
        : says(401, 'UnauthorizedError', 'Token missing');
    if (area === 'projects' && version === 'v1')
      return action === project.slug
        ? { body: { id: project.id, slug: project.slug } }
        : says(404, 'NotFound', `Project with slug '${action}' not found`);
    if (version !== 'v3' || area !== 'secrets' || kind !== 'raw')
      return says(404, 'NotFound', 'Route not found');
    const grant = fake.grants.get(who) ?? { reads: '' };
    return method === 'GET' ? read(fake, grant, request) : write(fake, grant, request);
  };
  return { ...(await serveFake(answer)), ...fake };
}

type Grant = { reads: string; writes?: true; hides?: true };
type Model = Omit<FakeInfisical, keyof FakeServer>;

function read({ secrets, imports, folders }: Model, grant: Grant, { path, query }: FakeRequest): FakeAnswer {
  const name = path[4] === undefined ? undefined : decodeURIComponent(path[4]);
  const folder = query.get('secretPath') ?? '/';
  if (query.get('workspaceSlug') !== project.slug)
    return says(404, 'NotFound', `Project with slug '${query.get('workspaceSlug')}' not found`);
  const isThere = folders.has(folder) || secrets.some((secret) => secret.folder === folder);
  if (query.get('environment') !== project.environment || !isThere)
    return says(404, 'NotFound', `Folder with path '${folder}' in environment with slug '...' not found`);
  const shown = (secret: FakeSecret, value = secret.values.at(-1)) => ({
    id: '1',
    version: secret.values.length,
    type: 'shared',
    environment: project.environment,
    secretKey: secret.name,
    secretPath: secret.folder,
    secretValue: grant.hides ? '<hidden-by-infisical>' : value,
    secretValueHidden: grant.hides ?? false,
  });
  const isWithin = (secret: FakeSecret) =>
    secret.folder === folder ||
    (query.get('recursive') === 'true' && secret.folder.startsWith(folder.replace(/\/?$/, '/')));
  const withImports = query.get('include_imports') === 'true';
  if (name === undefined)
    return {
      body: {
        secrets: secrets
          .filter((secret) => isWithin(secret) && secret.name.startsWith(grant.reads))
          .map((one) => shown(one)),
        imports: withImports
          ? [
              {
                secretPath: '/shared',
                environment: 'prod',
                secrets: imports.map((one) => ({ ...shown(one), secretPath: undefined })),
              },
            ]
          : [],
      },
    };
  if (!name.startsWith(grant.reads))
    return says(403, 'PermissionDenied', 'You are not allowed to read on secrets');
  const found = [...secrets, ...(withImports ? imports : [])].find(
    (secret) => secret.name === name && (imports.includes(secret) || secret.folder === folder),
  );
  const version = query.get('version');
  const value = version === null ? found?.values.at(-1) : found?.values[Number(version) - 1];
  return found === undefined || value === undefined
    ? says(404, 'NotFound', `Secret with name '${name}' not found`)
    : { body: { secret: shown(found, value) } };
}

function write({ secrets }: Model, grant: Grant, { method, path, json }: FakeRequest): FakeAnswer {
  const [name, folder] = [decodeURIComponent(path[4] ?? ''), String(json.secretPath)];
  if (json.workspaceId !== project.id)
    return says(404, 'NotFound', `Project with ID '${json.workspaceId}' not found`);
  if (!grant.writes) return says(403, 'PermissionDenied', `You are not allowed to ${method} on secrets`);
  const at = secrets.findIndex((secret) => secret.name === name && secret.folder === folder);
  const value = String(json.secretValue);
  if (method === 'POST') {
    if (at >= 0) return says(400, 'BadRequest', 'Secret already exist');
    secrets.push({ folder, name, values: [value] });
  } else if (at < 0) return says(404, 'NotFound', `Secret with name '${name}' not found`);
  else if (method === 'PATCH') secrets[at]?.values.push(value);
  else secrets.splice(at, 1);
  return { body: { secret: { secretKey: name } } };
}

/** backend/src/server/plugins/error-handler.ts of Infisical */
const says = (statusCode: number, error: string, message: string): FakeAnswer => ({
  status: statusCode,
  body: { reqId: 'req-1', statusCode, message, error },
});
