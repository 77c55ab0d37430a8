import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { type KubeApi, KubeApiError, type ResourceType } from '../../server/kube-api.ts';

const attempts = 4;

/** True when the API server said, at whatever depth of causes, that the object isn't there. */
export function isNotFound(error: unknown): boolean {
  return apiError(error)?.status === 404;
}

/** True for a lost optimistic lock or a failed precondition, but not for "already exists". */
export function isConflict(error: unknown): boolean {
  const failure = apiError(error);
  return failure?.status === 409 && failure.reason !== 'AlreadyExists';
}

function apiError(error: unknown): KubeApiError | undefined {
  if (error instanceof KubeApiError) return error;
  return error instanceof Error ? apiError(error.cause) : undefined;
}

/**
 * Reads an object live, lets `change` alter the copy, and writes it with `write`; `change` returns false when there is
 * nothing to do. Retried on conflict, four attempts in all (without the original's pauses). Only the identity of
 * `object` counts; a successor with another uid is "not found".
 */
export async function atomically(
  api: KubeApi,
  type: ResourceType,
  { metadata }: KubeObject,
  write: 'replace' | 'replaceStatus',
  change: (live: KubeObject) => boolean,
): Promise<KubeObject> {
  for (let attempt = 1; ; attempt++) {
    try {
      const live = structuredClone(await api.get(type, metadata.namespace, metadata.name));
      if (live.metadata.uid !== metadata.uid) {
        const resource = type.group === '' ? type.resource : `${type.resource}.${type.group}`;
        throw new KubeApiError(404, 'NotFound', `${resource} "${metadata.name}" not found`);
      }
      return change(live) ? await api[write](type, live) : live;
    } catch (error) {
      if (attempt === attempts || !isConflict(error)) throw error;
    }
  }
}

/** Adds a finalizer to the live object, if it isn't there. */
export function addFinalizer(api: KubeApi, type: ResourceType, object: KubeObject, name: string) {
  return atomically(api, type, object, 'replace', ({ metadata }) => {
    if (metadata.finalizers?.includes(name)) return false;
    metadata.finalizers = [...(metadata.finalizers ?? []), name];
    return true;
  });
}

/** Removes a finalizer from the live object, if it is there. */
export function removeFinalizer(api: KubeApi, type: ResourceType, object: KubeObject, name: string) {
  return atomically(api, type, object, 'replace', ({ metadata }) => {
    if (!metadata.finalizers?.includes(name)) return false;
    metadata.finalizers = metadata.finalizers.filter((other) => other !== name);
    return true;
  });
}
