import { matchesSelector } from '../lib/label-selector.ts';
import type { Settings } from '../lib/ports.ts';
import { accessTo } from '../secret-store/access.ts';
import { storeKey } from '../secret-store/view.ts';
import type { PushFailure } from './errors.ts';
import type { PushSecretSpec, StoreRef } from './schema.ts';
import type { Store, World } from './world.ts';

/** The stores to push into. */
export interface Targets {
  readonly stores: readonly Store[];
  /** Whether all that the spec selects are looked after by another controller class. */
  readonly areForeign: boolean;
  readonly failure?: PushFailure;
}

/** The stores that a spec of the right shape selects, each once, in its order (spec core 3.3 no. 4). Pure. */
export function targetsOf(world: World, { controllerClass }: Settings): Targets {
  const { spec } = world;
  const selected = new Map<string, Store>();
  for (const ref of spec.secretStoreRefs) {
    const found = storesFor(ref, world);
    if (ref.name && found.length === 0) {
      return {
        stores: [],
        areForeign: false,
        failure: { code: 'StoreMissing', detail: `${ref.kind} "${ref.name}"`, cause: 'StoreMissing' },
      };
    }
    for (const [key, store] of found) selected.set(key, store);
  }
  const present = [...selected.values()].filter(({ isGoing }) => !isGoing);
  const stores = present.filter(({ view }) => view.controller === '' || view.controller === controllerClass);
  const failure = forbidden(stores, world) ?? unmatched(stores, spec);
  return {
    stores,
    areForeign: present.length > 0 && stores.length === 0,
    ...(failure === undefined ? {} : { failure }),
  };
}

/** The rules of `dataTo` in their places; those that are not about the store are undefined. */
export function rulesFor(store: Store, { dataTo = [] }: PushSecretSpec) {
  return dataTo.map((rule) => (rule.storeRef && isReferred(store, rule.storeRef) ? rule : undefined));
}

/** Key of a store as `status.syncedPushSecrets` has it. */
export function keyOf({ view: { handle } }: Store): string {
  return storeKey(handle);
}

function storesFor(ref: StoreRef, { stores }: World): readonly [string, Store][] {
  return [...stores].filter(([, store]) => isReferred(store, ref));
}

function isReferred({ view: { handle }, labels }: Store, ref: StoreRef): boolean {
  if (handle.kind !== ref.kind) return false;
  if (ref.name) return handle.name === ref.name;
  return ref.labelSelector !== undefined && matchesSelector(ref.labelSelector, labels);
}

function forbidden(stores: readonly Store[], { consumer }: World): PushFailure | undefined {
  for (const { view } of stores) {
    const access = accessTo(view, consumer);
    if (access.kind !== 'none') continue;
    const { name } = view.handle;
    return {
      code: 'StoreForbidden',
      detail: `${name}: using cluster store "${name}" is not allowed from namespace "${consumer.name}": ${access.why}`,
      cause: 'StoreForbidden',
    };
  }
  return undefined;
}

function unmatched(stores: readonly Store[], { dataTo = [] }: PushSecretSpec): PushFailure | undefined {
  const index = dataTo.findIndex(
    ({ storeRef }) =>
      storeRef !== undefined && !storeRef.name && !stores.some((store) => isReferred(store, storeRef)),
  );
  return index < 0
    ? undefined
    : {
        code: 'SourceRejected',
        detail: `dataTo[${index}]: labelSelector does not match any store in secretStoreRefs`,
      };
}
