import type { HookRequest } from '../controller.ts';
import type { ExternalSecretStatus } from '../external-secret/schema.ts';
import type { KubeObject } from '../lib/objects.ts';
import { momentOf } from '../lib/refresh-time.ts';
import { stateFinalizer } from './object.ts';
import type { GeneratorStateSpec } from './schema.ts';

/** How long something that is no longer in use lives on (ESO's --generator-gc-grace-period): who mounts it has to notice. */
const graceMs = 120_000;
/** For so long it is tried to take something back that is deleted; after that its namespace can go. */
const giveUpMs = 3_600_000;
/** Says that the deadline is ours, and may be taken away again. */
export const supersededAnnotation = 'keyhook.dev/superseded';

/** What is to be done about one GeneratorState; all times in ms. */
export type Decision =
  | {
      readonly kind: 'Keep';
      readonly reason: 'InUse' | 'Unknown' | 'Waiting' | 'Gone';
      readonly againAt?: number;
    }
  /** It is no longer in use. */
  | { readonly kind: 'Expire'; readonly deadline: number }
  /** It is in use after all. */
  | { readonly kind: 'Restore' }
  | { readonly kind: 'Delete' }
  | { readonly kind: 'Revoke'; readonly since: number }
  /** It cannot be taken back, and nobody waits any longer. */
  | { readonly kind: 'GiveUp' };

/** The decision. Pure. */
export function decide(state: KubeObject, related: HookRequest['related'], now: number): Decision {
  const { deletionTimestamp, finalizers = [] } = state.metadata;
  if (deletionTimestamp !== undefined) {
    if (!finalizers.includes(stateFinalizer)) return { kind: 'Keep', reason: 'Gone' };
    const since = Date.parse(deletionTimestamp);
    return now - since >= giveUpMs ? { kind: 'GiveUp' } : { kind: 'Revoke', since };
  }
  const use = useOf(state, related);
  const { garbageCollectionDeadline } = (state.spec ?? {}) as GeneratorStateSpec;
  const deadline = momentOf(garbageCollectionDeadline);
  if (deadline === undefined)
    return use === 'superseded'
      ? { kind: 'Expire', deadline: now + graceMs }
      : { kind: 'Keep', reason: reasonOf(use) };
  const isOurs = state.metadata.annotations?.[supersededAnnotation] !== undefined;
  if (isOurs && use === 'in use') return { kind: 'Restore' };
  return deadline <= now ? { kind: 'Delete' } : { kind: 'Keep', reason: 'Waiting', againAt: deadline };
}

type Use = 'in use' | 'superseded' | 'unknown';

function reasonOf(use: Use): 'InUse' | 'Unknown' {
  return use === 'in use' ? 'InUse' : 'Unknown';
}

/**
 * Whether the owner's target holds what the state is about. An ExternalSecret says so in its status, once the target has
 * been seen; one that Keyhook has not refreshed yet, and any other owner, says nothing.
 */
function useOf(state: KubeObject, related: HookRequest['related']): Use {
  const { name, namespace = '', creationTimestamp = '' } = state.metadata;
  const owner = ownerOf(state);
  const object = owner && related['ExternalSecret.external-secrets.io/v1']?.[`${namespace}/${owner.name}`];
  const { refreshId, refreshTime, generatorStates = [] } = (object?.status ?? {}) as ExternalSecretStatus;
  if (object === undefined || object.metadata.uid !== owner?.uid || refreshId === undefined) return 'unknown';
  if (generatorStates.includes(name)) return 'in use';
  // A refresh of before it says nothing of it: it may be on its way to the target.
  const refreshedAt = momentOf(refreshTime);
  const madeAt = Date.parse(creationTimestamp);
  return refreshedAt !== undefined && refreshedAt > madeAt ? 'superseded' : 'unknown';
}

/** The ExternalSecret that uses what the state is about. */
export function ownerOf(state: KubeObject): { readonly name: string; readonly uid?: string } | undefined {
  return state.metadata.ownerReferences?.find(
    ({ apiVersion, kind }) => kind === 'ExternalSecret' && apiVersion?.startsWith('external-secrets.io/'),
  );
}
