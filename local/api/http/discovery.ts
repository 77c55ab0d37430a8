import { pageNotFound } from '../errors.ts';
import { apiVersionOf, type Kind } from '../kinds/kind.ts';

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

interface GroupVersion {
  readonly groupVersion: string;
  readonly version: string;
}

function versionsOf(kinds: readonly Kind[], group: string): GroupVersion[] {
  const names = new Set(
    kinds
      .filter((kind) => kind.group === group)
      .flatMap(({ versions }) => versions.filter(({ served }) => served).map(({ name }) => name)),
  );
  return [...names].map((version) => ({ groupVersion: apiVersionOf(group, version), version }));
}

function groupOf(kinds: readonly Kind[], name: string): object {
  const versions = versionsOf(kinds, name);
  if (versions.length === 0) throw pageNotFound();
  return { name, versions, preferredVersion: versions[0] };
}

function resourcesOf(kinds: readonly Kind[], group: string, version: string): object {
  const served = kinds.filter(
    (kind) => kind.group === group && kind.versions.some(({ name, served }) => served && name === version),
  );
  if (served.length === 0) throw pageNotFound();
  const resources = served.flatMap((kind) => {
    const { namespaced, resource, shortNames, categories } = kind;
    const listed = {
      ...(shortNames.length > 0 && { shortNames }),
      ...(categories.length > 0 && { categories }),
    };
    const base = { namespaced, kind: kind.kind };
    const main = {
      ...base,
      name: resource,
      singularName: kind.kind.toLowerCase(),
      verbs,
      ...listed,
    };
    const status = {
      ...base,
      name: `${resource}/status`,
      singularName: '',
      verbs: ['get', 'patch', 'update'],
    };
    const token = {
      ...base,
      ...{ name: `${resource}/token`, singularName: '', kind: 'TokenRequest', verbs: ['create'] },
      ...{ group: 'authentication.k8s.io', version: 'v1' },
    };
    return [
      main,
      ...(kind.features.has('status') ? [status] : []),
      ...(group === '' && resource === 'serviceaccounts' ? [token] : []),
    ];
  });
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(group, version), resources };
}

/** The discovery document at a path, or undefined where the path addresses objects. Throws 404 for groups and versions that are not served. */
export function discover(kinds: readonly Kind[], path: string): object | undefined {
  const [root, ...rest] = path.split('/').filter(Boolean);
  if (root === 'api') {
    if (rest.length === 0) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    return rest.length === 1 ? resourcesOf(kinds, '', rest[0]!) : undefined;
  }
  if (root !== 'apis') return undefined;
  const [group, version] = rest;
  if (group === undefined) {
    const names = new Set(kinds.map((kind) => kind.group).filter((name) => name !== ''));
    const groups = [...names].map((name) => groupOf(kinds, name));
    return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  }
  if (rest.length === 1) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(kinds, group) };
  return rest.length === 2 ? resourcesOf(kinds, group, version!) : undefined;
}

/** GET /version. The numbers are those of the API server that the recordings were made with. */
export const version = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '',
  goVersion: '',
  compiler: '',
  platform: 'local',
};
