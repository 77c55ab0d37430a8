import {
  type FakeGcpSecret,
  type FakeGcpSecrets,
  type FakeVersion,
  GcpFault,
  type GcpRequest,
} from './gcp-model.ts';

const number = 'projects/123456789012';
/** Answers name the project by its number. */
const numbered = (name: string) => name.replace(/^projects\/[^/]+/, number);

type May = (secret: string) => boolean;

/**
 * Secret Manager: cloud.google.com/secret-manager/docs/reference/rest/v1/ projects.secrets (create, delete, get, list, patch,
 * addVersion) and projects.secrets.versions (access, list), and the same below projects.locations.
 */
export function secretManager(secrets: FakeGcpSecrets) {
  const demand = (name: string, may: May): FakeGcpSecret => {
    const secret = secrets.get(name);
    if (!may(name)) throw new GcpFault('PERMISSION_DENIED');
    if (secret === undefined) throw new GcpFault('NOT_FOUND', `Secret [${numbered(name)}] not found.`);
    return secret;
  };
  const resource = (
    name: string,
    { labels, annotations, etag, replication, topics, versions }: FakeGcpSecret,
  ) => ({
    name: numbered(name),
    ...(name.includes('/locations/') ? {} : { replication: replication ?? { automatic: {} } }),
    createTime: '2024-05-01T12:00:00.123456Z',
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(topics === undefined ? {} : { topics }),
    etag: `"${etag}-${versions.length}"`,
  });
  const version = (name: string, { state, created }: FakeVersion, index: number) => ({
    name: `${numbered(name)}/versions/${index + 1}`,
    createTime: new Date(1_700_000_000_000 + created * 1000).toISOString(),
    state,
    replicationStatus: { automatic: {} },
    etag: '"1621d3aab52e7f"',
  });
  const checkEtag = (name: string, secret: FakeGcpSecret, etag: unknown) => {
    if (etag && etag !== resource(name, secret).etag) throw new GcpFault('ABORTED');
  };

  const access = (name: string, wanted: string, may: May) => {
    const { versions, aliases } = demand(name, may);
    const index = wanted === 'latest' ? versions.length : (aliases[wanted] ?? Number(wanted));
    const found = versions[index - 1];
    if (found === undefined)
      throw new GcpFault('NOT_FOUND', `Secret [${numbered(name)}] not found or has no versions.`);
    if (found.state !== 'ENABLED')
      throw new GcpFault('FAILED_PRECONDITION', `Secret Version [x] is in ${found.state} state.`);
    return {
      name: `${numbered(name)}/versions/${index}`,
      payload: { data: found.data.toString('base64'), dataCrc32c: '3131961357' },
    };
  };
  const matches = (name: string, { labels }: FakeGcpSecret, filter: string) =>
    filter
      .split(' ')
      .filter((term) => term !== '')
      .every((term) => {
        const [, label, value] = /^labels\.([^=]+)=(.*)$/.exec(term) ?? [];
        if (label !== undefined) return labels[label] === value;
        if (term.startsWith('name:')) return name.includes(term.slice('name:'.length));
        throw new GcpFault('INVALID_ARGUMENT');
      });

  const list = (parent: string, query: URLSearchParams, may: May) => {
    if (!may(`${parent}/secrets/*`)) throw new GcpFault('PERMISSION_DENIED');
    const all = [...secrets].filter(
      ([name, secret]) =>
        name.replace(/\/secrets\/.*/, '') === parent && matches(name, secret, query.get('filter') ?? ''),
    );
    const [items, next] = page(all, query);
    return { secrets: items.map(([name, secret]) => resource(name, secret)), totalSize: all.length, ...next };
  };

  /** One call; `may` says whether the caller may use a secret. Throws {@link GcpFault}. */
  return ({ method, path, query, body }: GcpRequest, may: May): object | undefined => {
    const [, parent = '', secretId, rest = ''] =
      /^\/v1\/(projects\/[^/]+(?:\/locations\/[^/]+)?)\/secrets(?:\/([^/:]+))?(.*)$/.exec(path) ?? [];
    if (parent === '') return undefined;
    const name = `${parent}/secrets/${secretId}`;
    const accessed = /^\/versions\/([^/:]+):access$/.exec(rest)?.[1];
    switch (
      `${method} ${secretId === undefined ? '' : 'secret'}${accessed === undefined ? rest : ':access'}`
    ) {
      case 'GET ':
        return list(parent, query, may);
      case 'POST ': {
        const id = `${parent}/secrets/${query.get('secretId')}`;
        if (!may(id)) throw new GcpFault('PERMISSION_DENIED');
        if (secrets.has(id)) throw new GcpFault('ALREADY_EXISTS');
        const { labels = {}, annotations = {}, replication, topics } = body as Partial<FakeGcpSecret>;
        const secret = { versions: [], labels, annotations, aliases: {}, replication, topics, etag: 1 };
        secrets.set(id, secret);
        return resource(id, secret);
      }
      case 'GET secret':
        return resource(name, demand(name, may));
      case 'GET secret:access':
        return access(name, accessed ?? '', may);
      case 'GET secret/versions': {
        const all = demand(name, may)
          .versions.map((item, index) => version(name, item, index))
          .filter(({ state }) => query.get('filter') !== 'state:ENABLED' || state === 'ENABLED')
          .reverse();
        const [items, next] = page(all, query);
        return { versions: items, totalSize: all.length, ...next };
      }
      case 'PATCH secret': {
        const secret = demand(name, may);
        checkEtag(name, secret, body.etag);
        for (const field of (query.get('updateMask') ?? '').split(',') as ('labels' | 'annotations')[])
          secret[field] = (body[field] ?? {}) as Record<string, string>;
        secret.etag++;
        return resource(name, secret);
      }
      case 'POST secret:addVersion': {
        const { versions } = demand(name, may);
        const { data = '' } = (body.payload ?? {}) as { data?: string };
        if (data === '') throw new GcpFault('INVALID_ARGUMENT', 'Secret Payload cannot be empty.');
        const added: FakeVersion = {
          state: 'ENABLED',
          data: Buffer.from(data, 'base64'),
          created: versions.length,
        };
        versions.push(added);
        return version(name, added, versions.length - 1);
      }
      case 'DELETE secret':
        checkEtag(name, demand(name, may), query.get('etag'));
        secrets.delete(name);
        return {};
      default:
        throw new GcpFault('NOT_FOUND');
    }
  };
}

function page<T>(items: readonly T[], query: URLSearchParams): [T[], { nextPageToken?: string }] {
  const size = Number(query.get('pageSize') || 25_000);
  const start = Number(query.get('pageToken') || 0);
  const end = start + size;
  return [items.slice(start, end), end < items.length ? { nextPageToken: String(end) } : {}];
}
