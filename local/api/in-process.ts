import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { KubeApi, ListOptions, ResourceType } from '../../server/kube-api.ts';
import { badRequest } from './errors.ts';
import { createToken } from './http/token.ts';
import { copy } from './json.ts';
import { applyJsonPatch, applyMergePatch } from './json-patch.ts';
import type { Store, Target } from './store.ts';
import { parseVersion } from './watch.ts';

/** The field manager of writes that name none, as the API server takes it from the client's user agent. */
const defaultManager = 'keyhook';

/** The API of the server's Kubernetes client, straight on a store. Everything that passes is copied through JSON text. */
export function createInProcessApi(store: Store, manager = defaultManager): KubeApi {
  const options = { manager };
  const targetOf = (type: ResourceType, namespace: string | undefined, subresource?: 'status'): Target => {
    if (type.namespaced && namespace === undefined) throw badRequest('an empty namespace may not be set');
    return store.target(type, namespace, subresource);
  };
  const ofObject = (type: ResourceType, { metadata }: KubeObject, subresource?: 'status'): Target =>
    targetOf(type, metadata.namespace, subresource);
  const selected = (type: ResourceType, { namespace }: ListOptions): Target => store.target(type, namespace);

  return {
    get: async (type, namespace, name) => copy(store.get(targetOf(type, namespace), name)),
    list: async (type, { labelSelector, ...scope } = {}) => {
      const { items, resourceVersion } = store.list(selected(type, scope), { labelSelector });
      return { items: copy([...items]), resourceVersion };
    },
    watch: async (type, { labelSelector, resourceVersion, ...scope }, onEvent, signal) =>
      store.watch(
        selected(type, scope),
        { labelSelector, after: parseVersion(resourceVersion) },
        (event) => onEvent(copy(event)),
        signal,
      ),
    create: async (type, object) => copy(store.create(ofObject(type, object), copy(object), options)),
    replace: async (type, object) =>
      copy(store.replace(ofObject(type, object), object.metadata.name, copy(object), options)),
    replaceStatus: async (type, object) =>
      copy(store.replace(ofObject(type, object, 'status'), object.metadata.name, copy(object), options)),
    resources: async (apiVersion) => {
      const [version = '', group = ''] = apiVersion.split('/').reverse();
      return store
        .kinds()
        .filter(
          (kind) =>
            kind.group === group && kind.versions.some(({ name, served }) => served && name === version),
        )
        .map(({ resource, kind, namespaced }) => ({ group, version, resource, kind, namespaced }));
    },
    apply: async (type, object, { fieldManager, force, dryRun = false }) => {
      const effect = dryRun ? 'dryRun' : 'stored';
      const { name } = object.metadata;
      const how = { manager: fieldManager, force, effect } as const;
      return copy(store.apply(ofObject(type, object), name, copy(object), how).object);
    },
    jsonPatch: async (type, namespace, name, operations) => {
      const change = (object: object) => applyJsonPatch(copy(object) as KubeObject, copy(operations));
      return copy(store.patch(targetOf(type, namespace), name, change, options));
    },
    mergePatch: async (type, namespace, name, patch, subresource) => {
      const change = (object: object) => applyMergePatch(copy(object) as KubeObject, copy(patch));
      return copy(store.patch(targetOf(type, namespace, subresource), name, change, options));
    },
    remove: async (type, namespace, name, { uid, propagation } = {}) => {
      store.remove(targetOf(type, namespace), name, { uid, propagation });
    },
    createToken: async (namespace, serviceAccount, spec) =>
      copy(createToken(store, namespace, serviceAccount, copy(spec))),
  };
}
