import { type KubeApi, KubeApiError, type ResourceType } from '../../server/kube-api.ts';

/** Finds resource types as Metacontroller's discovery does, without its 30 s of delay for a fresh CRD. */
export interface Discovery {
  /** Throws Metacontroller's "can't find resource" error. */
  byResource(apiVersion: string, resource: string): Promise<ResourceType>;
  /** Throws Metacontroller's "can't find kind" error. */
  byKind(apiVersion: string, kind: string): Promise<ResourceType>;
}

interface Crd {
  spec: {
    group: string;
    scope: string;
    names: { plural: string; kind: string };
    versions: { name: string; served?: boolean; subresources?: { status?: object } }[];
  };
}

/** The type of CustomResourceDefinitions. */
export const crdType: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

const core = (resource: string, kind: string, namespaced = true): ResourceType => ({
  group: '',
  version: 'v1',
  resource,
  kind,
  namespaced,
});

/** The type of Namespaces. */
export const namespaceType = core('namespaces', 'Namespace', false);
/** The type of Secrets. */
export const secretType = core('secrets', 'Secret');
/** The type of ConfigMaps. */
export const configMapType = core('configmaps', 'ConfigMap');
/** The type of core/v1 Events. */
export const eventType = core('events', 'Event');

/** What is built in and may be a child or related; everything else is looked up among the CRDs. */
const builtIn = [
  namespaceType,
  secretType,
  configMapType,
  core('serviceaccounts', 'ServiceAccount'),
  ...['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => ({
    ...core(`${kind.toLowerCase()}s`, kind),
    group: 'apps',
  })),
];

/** True when the CRD serves the status subresource for `version`. */
export function hasStatusSubresource(crd: unknown, version: string): boolean {
  return (crd as Crd).spec.versions.some(
    ({ name, subresources }) => name === version && subresources?.status,
  );
}

/** `group/version` or `version`, split. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const [first = '', second] = apiVersion.split('/', 2);
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

/** Returns a discovery over the CRDs of `api`; what was found is remembered. */
export function createDiscovery(api: KubeApi): Discovery {
  const known: ResourceType[] = [...builtIn];

  async function find(apiVersion: string, wanted: (type: ResourceType) => boolean) {
    const { group, version } = splitApiVersion(apiVersion);
    const match = (type: ResourceType) => type.group === group && type.version === version && wanted(type);
    const found = known.find(match);
    if (found !== undefined || group === '') return found;
    const { items } = await api.list(crdType).catch((error: unknown) => {
      if (error instanceof KubeApiError && error.status === 404) return { items: [] };
      throw error;
    });
    const fresh = items.flatMap((item) => typesOf(item as unknown as Crd)).filter(match);
    known.push(...fresh.slice(0, 1));
    return fresh[0];
  }

  return {
    async byResource(apiVersion, resource) {
      const type = await find(apiVersion, (candidate) => candidate.resource === resource);
      if (type === undefined) {
        throw new Error(`discovery: can't find resource ${resource} in apiVersion ${apiVersion}`);
      }
      return type;
    },
    async byKind(apiVersion, kind) {
      const type = await find(apiVersion, (candidate) => candidate.kind === kind);
      if (type === undefined)
        throw new Error(`discovery: can't find kind ${kind} in apiVersion ${apiVersion}`);
      return type;
    },
  };
}

function typesOf({ spec }: Crd): ResourceType[] {
  return spec.versions
    .filter(({ served }) => served !== false)
    .map(({ name }) => ({
      group: spec.group,
      version: name,
      resource: spec.names.plural,
      kind: spec.names.kind,
      namespaced: spec.scope === 'Namespaced',
    }));
}
