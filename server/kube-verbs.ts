import type { KubeObject } from '../composite-controllers/lib/objects.ts';
import {
  type KubeApi,
  KubeApiError,
  type ListOptions,
  type ResourceType,
  type WatchEvent,
} from './kube-api.ts';
import type { KubeTransport } from './kube-http.ts';

/** {@link KubeApi} in requests, as the Kubernetes API conventions have them. */
export function createKubeVerbs(transport: KubeTransport): KubeApi {
  const ofObject = (type: ResourceType, { metadata }: KubeObject) =>
    objectPath(type, metadata.namespace, metadata.name);

  const patch = (contentType: string, path: string, body: object) =>
    transport.call<KubeObject>({ method: 'PATCH', path, body, contentType });

  return {
    async get(type, namespace, name) {
      return transport.call({ method: 'GET', path: objectPath(type, namespace, name) });
    },
    async list(type, options = {}) {
      const path = `${collectionPath(type, options.namespace)}${queryOf(selection(options))}`;
      const { items, metadata } = await transport.call<KubeList>({ method: 'GET', path });
      return {
        // Lists of built-in types leave these two out of their items.
        items: (items ?? []).map((item) => ({ ...item, apiVersion: apiVersionOf(type), kind: type.kind })),
        resourceVersion: metadata.resourceVersion,
      };
    },
    async watch(type, { resourceVersion, ...options }, onEvent, signal) {
      const query = { ...selection(options), watch: 'true', allowWatchBookmarks: 'true', resourceVersion };
      const path = `${collectionPath(type, options.namespace)}${queryOf(query)}`;
      await transport.lines({ method: 'GET', path }, (line) => onEvent(watchEvent(line)), signal);
    },
    async create(type, object) {
      const path = collectionPath(type, requiredNamespace(type, object.metadata.namespace));
      return transport.call({ method: 'POST', path, body: object });
    },
    async replace(type, object) {
      return transport.call({ method: 'PUT', path: ofObject(type, object), body: object });
    },
    async replaceStatus(type, object) {
      return transport.call({ method: 'PUT', path: `${ofObject(type, object)}/status`, body: object });
    },
    async resources(apiVersion) {
      const [version = '', group = ''] = apiVersion.split('/').reverse();
      const path = `${group === '' ? '/api' : `/apis/${segment(group)}`}/${segment(version)}`;
      const { resources = [] } = await transport
        .call<ApiResources>({ method: 'GET', path })
        .catch(noneWhen404);
      return resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind, namespaced }) => ({ group, version, resource: name, kind, namespaced }));
    },
    async apply(type, object, { fieldManager, force, dryRun = false }) {
      const query = { fieldManager, force: String(force), dryRun: dryRun ? 'All' : undefined };
      return patch('application/apply-patch+yaml', `${ofObject(type, object)}${queryOf(query)}`, object);
    },
    async jsonPatch(type, namespace, name, operations) {
      return patch('application/json-patch+json', objectPath(type, namespace, name), operations);
    },
    async mergePatch(type, namespace, name, body, subresource) {
      const path = `${objectPath(type, namespace, name)}${subresource === undefined ? '' : `/${subresource}`}`;
      return patch('application/merge-patch+json', path, body);
    },
    async remove(type, namespace, name, { uid, propagation } = {}) {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(uid === undefined ? {} : { preconditions: { uid } }),
        ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
      };
      await transport.call({ method: 'DELETE', path: objectPath(type, namespace, name), body });
    },
    async createToken(namespace, serviceAccount, spec) {
      const path = `${objectPath(serviceAccounts, namespace, serviceAccount)}/token`;
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
      return transport.call({ method: 'POST', path, body });
    },
  };
}

interface ApiResources {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

function noneWhen404(error: unknown): ApiResources {
  if (error instanceof KubeApiError && error.status === 404) return {};
  throw error;
}

interface KubeList {
  readonly items?: KubeObject[];
  readonly metadata: { readonly resourceVersion: string };
}

const core = { group: '', version: 'v1', namespaced: true } as const;
export const secrets: ResourceType = { ...core, resource: 'secrets', kind: 'Secret' };
export const configMaps: ResourceType = { ...core, resource: 'configmaps', kind: 'ConfigMap' };
export const serviceAccounts: ResourceType = { ...core, resource: 'serviceaccounts', kind: 'ServiceAccount' };
export const namespaces: ResourceType = {
  ...core,
  resource: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};
export const events: ResourceType = { ...core, resource: 'events', kind: 'Event' };

function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}

function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = `${type.group === '' ? '/api' : '/apis'}/${apiVersionOf(type)}`;
  const within = type.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : '';
  return `${root}${within}/${type.resource}`;
}

function objectPath(type: ResourceType, namespace: string | undefined, name: string): string {
  return `${collectionPath(type, requiredNamespace(type, namespace))}/${segment(name)}`;
}

/** Without it the path would be another resource's, or all namespaces'. */
function requiredNamespace(type: ResourceType, namespace: string | undefined): string | undefined {
  if (type.namespaced && !namespace) throw new KubeApiError(400, 'NamespaceRequired');
  return namespace;
}

/** A name as one segment of a path; what Kubernetes allows in none of its names cannot get out of it. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%?#\s]/.test(name))
    throw new KubeApiError(400, 'InvalidName');
  return encodeURIComponent(name);
}

function selection({ labelSelector }: ListOptions): Record<string, string | undefined> {
  return { labelSelector };
}

function queryOf(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function watchEvent(line: string): WatchEvent {
  const { type, object } = JSON.parse(line);
  if (type === 'ERROR')
    throw new KubeApiError(object?.code ?? 0, object?.reason ?? 'Unknown', object?.message);
  return { type, object };
}
