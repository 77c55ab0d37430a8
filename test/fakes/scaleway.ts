import { randomUUID } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

interface Version {
  readonly data: string;
  enabled: boolean;
}

/** A secret as Scaleway keeps it. */
export interface FakeSecret {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly tags: string[];
  readonly versions: Version[];
}

/** Secret Manager of one region with one project and one API key. */
export interface FakeScaleway extends FakeServer {
  readonly secrets: FakeSecret[];
  /** What listings say of their total, in place of the truth. */
  counts?: number;
  /** Puts a new revision, and makes the secret if need be. */
  put(name: string, value: string | Uint8Array, more?: { path?: string; tags?: string[] }): FakeSecret;
}

/** scaleway.com/en/developers/api/secret-manager */
export async function startFakeScaleway(project: string, secretKey: string): Promise<FakeScaleway> {
  const secrets: FakeSecret[] = [];
  const make = (name: string, path: string, tags: string[] = []) => {
    const made: FakeSecret = { id: randomUUID(), name, path, tags, versions: [] };
    secrets.push(made);
    return made;
  };
  const answer = (request: FakeRequest): FakeAnswer => {
    const { method, headers, path, query, json } = request;
    // scaleway.com/en/developers/api/#authentication
    if (headers['x-auth-token'] !== secretKey)
      return { status: 401, body: { type: 'denied_authentication', method: 'api_key', reason: 'not_found' } };
    const [api, version, regions, region, area, id, sub, revision = '', action] = path;
    if (`${api}/${version}/${regions}/${region}` !== 'secret-manager/v1beta1/regions/fr-par')
      return { status: 404, body: 'default backend - 404' };
    const projectOf = query.get('project_id') ?? json.project_id;
    if (id === undefined && projectOf !== project)
      return says(403, 'permissions_denied', { details: [{ resource: 'secret', action: 'read' }] });
    if (area === 'secrets-by-path') {
      // #path-secret-versions-access-a-secrets-version-using-the-secrets-name-and-path
      const found = secrets.find(
        (secret) => secret.name === query.get('secret_name') && secret.path === query.get('secret_path'),
      );
      return found === undefined ? missing('secret') : accessed(found, sub ?? '');
    }
    if (id === undefined) {
      if (method === 'GET') return listed(secrets, query, fake.counts);
      // #path-secrets-create-a-secret
      if (secrets.some(({ name, path: place }) => name === json.name && place === json.path))
        return says(409, 'resource_still_in_use');
      return { body: shown(make(String(json.name), String(json.path ?? '/'))) };
    }
    const secret = secrets.find((candidate) => candidate.id === id);
    if (secret === undefined) return missing('secret', id);
    if (method === 'DELETE') {
      // #path-secrets-delete-a-secret
      secrets.splice(secrets.indexOf(secret), 1);
      return { status: 204 };
    }
    if (sub === 'versions' && method === 'POST') {
      // #path-secret-versions-create-a-version
      if (json.disable_previous === true) for (const old of secret.versions) old.enabled = false;
      secret.versions.push({ data: String(json.data), enabled: true });
      return { body: { revision: secret.versions.length, secret_id: id, status: 'enabled', latest: true } };
    }
    // #path-secret-versions-access-a-secrets-version
    return action === 'access' ? accessed(secret, revision) : says(400, 'invalid_arguments');
  };
  const fake: FakeScaleway = {
    ...(await serveFake(answer)),
    secrets,
    put(name, value, { path = '/', tags = [] } = {}) {
      const secret =
        secrets.find((known) => known.name === name && known.path === path) ?? make(name, path, tags);
      for (const old of secret.versions) old.enabled = false;
      secret.versions.push({ data: Buffer.from(value).toString('base64'), enabled: true });
      return secret;
    },
  };
  return fake;
}

/** #path-secrets-list-secrets */
function listed(secrets: readonly FakeSecret[], query: URLSearchParams, total?: number): FakeAnswer {
  const [name, path, tag] = ['name', 'path', 'tags'].map((field) => query.get(field));
  const matching = secrets.filter(
    (secret) =>
      (name === null || secret.name === name) &&
      (path === null || secret.path === path) &&
      (tag == null || secret.tags.includes(tag)),
  );
  const size = Number(query.get('page_size') ?? 20);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  const page = matching.slice(from, from + size).map(shown);
  return { body: { secrets: page, total_count: total ?? matching.length } };
}

const shown = ({ id, name, path, tags, versions }: FakeSecret) => ({
  id,
  name,
  path,
  tags,
  status: 'ready',
  version_count: versions.length,
  managed: false,
  protected: false,
  type: 'opaque',
  region: 'fr-par',
});

function accessed(secret: FakeSecret, revision: string): FakeAnswer {
  const newest = secret.versions.findLastIndex(({ enabled }) => revision === 'latest' || enabled);
  const index = revision.startsWith('latest') ? newest : Number(revision) - 1;
  const version = secret.versions[index];
  if (version === undefined) return missing('secret_version');
  return { body: { secret_id: secret.id, revision: index + 1, data: version.data, type: 'opaque' } };
}

/** scaleway.com/en/developers/api/#errors */
function says(status: number, type: string, more: object = {}): FakeAnswer {
  return { status, body: { type, message: `the ${type} of a fake`, ...more } };
}

const missing = (resource: string, resource_id = '') =>
  says(404, 'not_found', { resource, resource_id, message: 'resource is not found' });
