import type { StoreHandle } from '../../providers/backends.ts';
import type { Retry } from '../../providers/kit/retry.ts';
import type { ObjectGroups } from '../controller.ts';
import { parseDuration } from '../lib/duration.ts';
import type { KubeObject } from '../lib/objects.ts';
import type { StoreSpec, StoreStatus } from './schema.ts';

/** A store as an ExternalSecret sees it. */
export interface StoreView {
  readonly handle: StoreHandle;
  /** `spec.controller`: the class that looks after it. */
  readonly controller: string;
  readonly conditions: NonNullable<StoreSpec['conditions']>;
  /** Its Ready condition; undefined before its first validation. */
  readonly ready: { readonly status: string; readonly message: string; readonly since: string } | undefined;
}

export type StoreKind = 'SecretStore' | 'ClusterSecretStore';

/** Key of a store among those of one ExternalSecret. */
export function storeKey(ref: { kind?: string; name?: string }): string {
  return `${ref.kind ?? 'SecretStore'}/${ref.name ?? ''}`;
}

/** The stores among related objects, by {@link storeKey}. Each `related` holds only what the spec named. */
export function viewStores(related: ObjectGroups): ReadonlyMap<string, StoreView> {
  const views = new Map<string, StoreView>();
  for (const kind of ['SecretStore', 'ClusterSecretStore'] as const) {
    for (const object of Object.values(related[`${kind}.external-secrets.io/v1`] ?? {})) {
      views.set(storeKey({ kind, name: object.metadata.name }), viewStore(object, kind));
    }
  }
  return views;
}

/** One store object as its consumers see it. */
export function viewStore(object: KubeObject, kind: StoreKind): StoreView {
  const spec = (object.spec ?? {}) as Partial<StoreSpec>;
  const ready = ((object.status ?? {}) as StoreStatus).conditions?.find(
    (condition) => condition.type === 'Ready',
  );
  const { name, namespace, uid = '', generation = 0 } = object.metadata;
  return {
    handle: {
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      generation,
      provider: (spec.provider ?? {}) as Readonly<Record<string, unknown>>,
      ...retryOf(spec.retrySettings),
    },
    controller: spec.controller ?? '',
    conditions: spec.conditions ?? [],
    ready:
      ready === undefined
        ? undefined
        : { status: ready.status, message: ready.message ?? '', since: ready.lastTransitionTime ?? '' },
  };
}

/** An interval that cannot be read makes the store not Ready (`validity.ts`); here it counts as absent. */
function retryOf(settings: StoreSpec['retrySettings']): { retry?: Retry } {
  if (settings === undefined) return {};
  const { maxRetries, retryInterval } = settings;
  const intervalMs = retryInterval === undefined ? undefined : milliseconds(retryInterval);
  return {
    retry: {
      ...(maxRetries === undefined ? {} : { maxRetries }),
      ...(intervalMs === undefined ? {} : { intervalMs }),
    },
  };
}

function milliseconds(duration: string): number | undefined {
  try {
    return parseDuration(duration);
  } catch {
    return undefined;
  }
}
