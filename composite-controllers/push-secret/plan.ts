import { createHash } from 'node:crypto';
import type { Push, PushSource, SecretMap } from '../../providers/kit/provider.ts';
import { pushedValue } from '../../providers/kit/push.ts';
import { reverseKeys } from '../lib/keys.ts';
import { accessTo, mayUse } from '../secret-store/access.ts';
import { type Entry, entriesFor, entryProblem, placeOf } from './entries.ts';
import type { PushFailure } from './errors.ts';
import type { PushedEntry } from './schema.ts';
import type { Source } from './sources.ts';
import { keyOf, rulesFor } from './stores.ts';
import type { Store, World } from './world.ts';

/** One value that is to be in a backend. */
export interface PlannedPush {
  readonly store: Store;
  /** As `status.syncedPushSecrets` names it. */
  readonly storeKey: string;
  readonly place: string;
  readonly entry: PushedEntry;
  readonly push: Push;
  /** Of the value and all that goes with it; for comparisons within this process only. */
  readonly digest: string;
}

export type PushPlan =
  | { readonly kind: 'plan'; readonly pushes: readonly PlannedPush[] }
  | { readonly kind: 'failed'; readonly failure: PushFailure };

/** All that the sources push into the stores, each place once (spec core 3.3 no. 5). Pure. */
export function planPushes(world: World, stores: readonly Store[], sources: readonly Source[]): PushPlan {
  const pushes = new Map<string, PlannedPush & { readonly source: string }>();
  for (const store of stores) {
    const access = accessTo(store.view, world.consumer);
    for (const { secret, content } of sources) {
      const found = pushesOf(world, store, content);
      if ('failure' in found) return { kind: 'failed', failure: found.failure };
      for (const push of found.pushes) {
        if (!mayUse(access, push.push.remoteKey)) return failed(forbiddenKey(push, world));
        const id = destinationOf(push);
        const other = pushes.get(id);
        // ESO lets the last one win; which that is nobody can tell.
        if (other !== undefined) return failed(contested(push, other.source, secret.metadata.name));
        pushes.set(id, { ...push, source: secret.metadata.name });
      }
    }
  }
  return { kind: 'plan', pushes: [...pushes.values()] };
}

/** A place in a backend among those of all PushSecrets. */
export function destinationOf({ store, push }: Pick<PlannedPush, 'store' | 'push'>): string {
  return JSON.stringify([store.view.handle.uid, push.remoteKey, push.property ?? '']);
}

function pushesOf(
  world: World,
  store: Store,
  content: PushSource,
): { readonly pushes: readonly PlannedPush[] } | { readonly failure: PushFailure } {
  const { spec, now } = world;
  try {
    const entries = entriesFor([...content.data.keys()], spec.data ?? [], rulesFor(store, spec), now);
    const pushes: PlannedPush[] = [];
    for (const entry of entries) {
      const push = pushOf(entry, content, world.namespace);
      if (push === undefined) {
        const detail = `secret key ${entry.entry.match.secretKey} does not exist`;
        return { failure: { code: 'SourceKeyMissing', detail, cause: 'SourceKeyMissing' } };
      }
      const planned = {
        store,
        storeKey: keyOf(store),
        place: placeOf(entry.entry),
        entry: entry.entry,
        push,
      };
      pushes.push({ ...planned, digest: digestOf(push) });
    }
    return { pushes };
  } catch (error) {
    const problem = entryProblem(error);
    if (problem === undefined) throw error;
    return { failure: { code: 'SourceRejected', ...problem } };
  }
}

/** Undefined when the Secret lacks the key. */
function pushOf({ entry, only }: Entry, content: PushSource, namespace: string): Push | undefined {
  const { match, metadata, conversionStrategy } = entry;
  const { secretKey, remoteRef } = match;
  const converted = reverseKeys(content.data, conversionStrategy);
  if (secretKey && !converted.has(secretKey)) return undefined;
  const data: SecretMap =
    only === undefined ? converted : new Map([...converted].filter(([key]) => only.includes(key)));
  return {
    remoteKey: remoteRef.remoteKey,
    ...(remoteRef.property ? { property: remoteRef.property } : {}),
    ...(secretKey ? { secretKey } : {}),
    ...(metadata === undefined ? {} : { metadata }),
    source: { ...content, data },
    namespace,
  };
}

function digestOf(push: Push): string {
  const { metadata = null, source } = push;
  const around = JSON.stringify([metadata, source.type, source.labels, source.annotations]);
  return createHash('sha256').update(pushedValue(push)).update('\0').update(around).digest('hex');
}

function forbiddenKey({ push, storeKey }: PlannedPush, { namespace }: World): PushFailure {
  return {
    code: 'KeyForbidden',
    detail: `${storeKey} does not give key ${push.remoteKey} to namespace "${namespace}"`,
    cause: 'KeyForbidden',
  };
}

function contested({ push }: PlannedPush, one: string, other: string): PushFailure {
  return {
    code: 'SourceRejected',
    detail: `duplicate remote key "${push.remoteKey}": Secrets "${one}" and "${other}" both map to the same destination`,
  };
}

function failed(failure: PushFailure): PushPlan {
  return { kind: 'failed', failure };
}
