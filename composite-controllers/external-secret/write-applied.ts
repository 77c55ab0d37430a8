import { fieldManager } from '../lib/field-manager.ts';
import { noSecret } from '../lib/names.ts';
import type { SecretObject } from '../lib/objects.ts';
import { echo, nothing, ownedFields } from '../lib/owned-fields.ts';
import { kubernetesStatus, type TargetSecrets } from '../lib/ports.ts';
import type { Content } from '../secret-template/content.ts';
import type { Attempt, Refreshing } from './attempt.ts';
import { recordChange } from './audit.ts';
import { compare } from './compare.ts';
import { type DesiredSecret, desiredSecret } from './desired.ts';
import { frozen } from './frozen.ts';
import { writerOf } from './policy.ts';
import type { Outcome } from './status.ts';
import { claimTarget, removeForeignKeys } from './target.ts';
import { generatedOf, hashIsTrue, refreshIdOf, type World } from './world.ts';

type Synced = Extract<Outcome, { kind: 'Synced' }>;

const again = (seconds: number): Attempt => ({ kind: 'again', seconds });

/**
 * creationPolicy Orphan, Merge and CreateOrMerge: the hook applies the target itself, under ESO's field manager, bound to
 * the state that it has looked at. The status follows at once: the API server has answered.
 */
export async function writeApplied(refreshing: Refreshing, content: Content): Promise<Attempt> {
  const { world, fail, deps } = refreshing;
  const claim = await claimTarget(world, deps.secrets, deps.settings);
  if (claim.kind === 'again') return again(1);
  if (claim.kind === 'refused') return fail(claim.failure);
  const { live } = claim;
  if (live === undefined && world.creationPolicy === 'Merge') return missing(refreshing);

  const desired = desiredSecret(world, content, live, {
    id: refreshing.refresh.id,
    facts: refreshing.facts,
  });
  if (desired.kind === 'failed') return fail(desired.failure);
  const failure = live === undefined ? undefined : frozen(live, desired);
  if (failure !== undefined) return fail(failure);
  try {
    return await apply(refreshing, desired, live);
  } catch (error) {
    const status = kubernetesStatus(error);
    if (status === undefined || status < 400 || status >= 500) throw error;
    return fail({ code: 'WriteRefused', detail: `HTTP ${status} for Secret ${world.targetName}` });
  }
}

/**
 * The live target, when it carries the refresh that is needed although no status says so: this process was not there to
 * say it. Nothing has to be made a second time then.
 */
export async function alreadyApplied(
  world: World,
  id: string,
  secrets: TargetSecrets,
): Promise<Attempt | undefined> {
  const live = await secrets.get(world.namespace, world.targetName);
  const isThere = live !== undefined && refreshIdOf(live) === id && hashIsTrue(live);
  return isThere ? inPlace(live, generatedOf(live)?.madeAt ?? world.now) : undefined;
}

function inPlace(target: SecretObject, readAt: number): Attempt {
  return {
    kind: 'answer',
    child: undefined,
    outcome: {
      kind: 'Synced',
      reason: 'SecretSynced',
      message: 'secret synced',
      readAt,
      refreshId: refreshIdOf(target),
      binding: 'bound',
      generated: generatedOf(target),
    },
  };
}

/** creationPolicy None: the backend has been read, and that is all. */
export function writeNothing({ readAt, facts }: Refreshing): Attempt {
  return unbound({ reason: 'SecretSynced', message: 'secret synced', readAt, generated: facts });
}

async function apply(
  refreshing: Refreshing,
  desired: DesiredSecret,
  live: SecretObject | undefined,
): Promise<Attempt> {
  const { world, readAt, deps } = refreshing;
  const { secrets, signal } = deps;
  const stated = live && echo(live, ownedFields(live, writerOf(world)) ?? nothing);
  let current = live;
  if (current === undefined || !compare(current, desired, stated).equal) {
    // Whoever asked has gone, and may have asked somebody else meanwhile.
    if (signal.aborted) return again(1);
    const result = await secrets.apply(boundTo(live, desired.secret), fieldManager(world.name));
    if (result.kind === 'conflict') return again(1);
    current = result.secret;
    const [change, message] =
      live === undefined
        ? (['Created', 'secret created'] as const)
        : (['Updated', 'secret updated'] as const);
    recordChange(deps, world, change, message, refreshIdOf(current));
  }
  const foreignKeys = Object.keys(current.data ?? {}).filter((key) => !desired.data.has(key));
  const cleaned = await removeForeignKeys(secrets, current, foreignKeys);
  if (cleaned.kind !== 'free') return again(1);
  return inPlace(current, readAt);
}

/** The Secret, to be applied to that very state of the live one. */
function boundTo(live: SecretObject | undefined, secret: SecretObject): SecretObject {
  if (live === undefined) return secret;
  const { uid = '', resourceVersion = '' } = live.metadata;
  return { ...secret, metadata: { ...secret.metadata, uid, resourceVersion } };
}

function missing({ readAt }: Refreshing): Attempt {
  const message = 'secret will not be created due to CreationPolicy=Merge';
  return unbound({ reason: 'SecretMissing', message, readAt });
}

function unbound(said: Pick<Synced, 'reason' | 'message' | 'readAt' | 'generated'>): Attempt {
  return {
    kind: 'answer',
    child: undefined,
    outcome: { kind: 'Synced', ...said, refreshId: noSecret, binding: 'unbound' },
  };
}
