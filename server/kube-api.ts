import type { JsonPatchOperation } from '../composite-controllers/lib/json-patch.ts';
import type { KubeObject } from '../composite-controllers/lib/objects.ts';

export type { JsonPatchOperation };

/** A resource type of the API server. `group` is empty for the core group. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  /** Lower-case plural, as in the URL. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  readonly force: boolean;
  readonly dryRun?: boolean;
}

/** A failed call to the API server: its HTTP status and `reason`. `message` is the API server's and must not reach users of the hook. */
export class KubeApiError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message = '') {
    super(message || `the API server answered ${status} ${reason}`);
    this.name = 'KubeApiError';
    this.status = status;
    this.reason = reason;
  }
}

/**
 * The verbs of the API server on untyped objects. Every method throws {@link KubeApiError}; a connection that fails
 * is status 0. Implemented over @kubernetes/client-node by `kube.ts`, and in process by `local/`'s store for tests.
 */
export interface KubeApi {
  get(type: ResourceType, namespace: string | undefined, name: string): Promise<KubeObject>;
  list(type: ResourceType, options?: ListOptions): Promise<{ items: KubeObject[]; resourceVersion: string }>;
  /** Streams events after `resourceVersion` until the signal aborts (resolves) or the stream ends (resolves) or fails (rejects; 410 means list again). */
  watch(
    type: ResourceType,
    options: ListOptions & { resourceVersion: string },
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  create(type: ResourceType, object: KubeObject): Promise<KubeObject>;
  replace(type: ResourceType, object: KubeObject): Promise<KubeObject>;
  replaceStatus(type: ResourceType, object: KubeObject): Promise<KubeObject>;
  /** The types of a group and version; empty when it is not served. */
  resources(apiVersion: string): Promise<readonly ResourceType[]>;
  /** Server-side apply; creates the object when it is absent. */
  apply(type: ResourceType, object: KubeObject, options: ApplyOptions): Promise<KubeObject>;
  jsonPatch(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: readonly JsonPatchOperation[],
  ): Promise<KubeObject>;
  mergePatch(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: object,
    subresource?: 'status',
  ): Promise<KubeObject>;
  remove(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: { uid?: string; propagation?: 'Background' | 'Foreground' | 'Orphan' },
  ): Promise<void>;
  /** POST serviceaccounts/<name>/token; returns the TokenRequest with its status. */
  createToken(namespace: string, serviceAccount: string, spec: object): Promise<KubeObject>;
}
