import { dataHashAnnotation, noSecret } from '../lib/names.ts';
import type { SecretObject } from '../lib/objects.ts';
import { echo } from '../lib/owned-fields.ts';
import type { Content } from '../secret-template/content.ts';
import type { Attempt, Refreshing } from './attempt.ts';
import { compare } from './compare.ts';
import { desiredSecret } from './desired.ts';
import { frozen } from './frozen.ts';
import { claimTarget, removeForeignKeys, takeOver } from './target.ts';
import { generatedOf, refreshIdOf } from './world.ts';

/** A write that is not seen for so long does not land. */
const seenWithinMs = 5_000;

/** creationPolicy Owner: brings the child on its way, or states that it is in place. Writes nothing itself but repairs. */
export async function writeChild(refreshing: Refreshing, content: Content): Promise<Attempt> {
  const { world, refresh, fail, deps } = refreshing;
  const { secrets, settings, events } = deps;
  const claim =
    world.target === undefined
      ? await claimTarget(world, secrets, settings)
      : await takeOver(world, secrets, world.target);
  if (claim.kind === 'again') return { kind: 'again', seconds: 1 };
  if (claim.kind === 'refused') return fail(claim.failure);
  const existing = claim.live;
  const desired = desiredSecret(world, content, existing, { id: refresh.id, facts: refreshing.facts });
  if (desired.kind === 'failed') return fail(desired.failure);
  const failure = existing === undefined ? undefined : frozen(existing, desired);
  if (failure !== undefined) return fail(failure);

  if (world.target !== undefined && existing !== undefined) {
    const { equal, foreignKeys } = compare(existing, desired);
    if (equal) return inPlace(refreshing, existing);
    const cleaned = await removeForeignKeys(secrets, existing, foreignKeys);
    if (cleaned.kind !== 'free') return { kind: 'again', seconds: 1 };
    if (refresh.reason === 'Drifted')
      events.record(world.object, 'Warning', 'Repaired', 'the Secret had been changed and is restored');
  }
  return send(refreshing, desired.secret);
}

/** The backend stated for every entry that there is nothing, and deletionPolicy is Delete: the child goes. */
export function removeChild(refreshing: Refreshing): Attempt {
  const { world, readAt } = refreshing;
  if (world.target !== undefined) return send(refreshing, undefined);
  return {
    kind: 'answer',
    child: undefined,
    outcome: {
      kind: 'Synced',
      reason: 'SecretDeleted',
      message: 'secret deleted due to DeletionPolicy=Delete',
      readAt,
      refreshId: noSecret,
      binding: 'unbound',
    },
  };
}

/** Answers a target that is to be, or that there is to be none, and remembers it until it is seen. */
function send({ world, refresh, readAt, deps }: Refreshing, secret: SecretObject | undefined): Attempt {
  const { memory } = deps;
  const { id } = refresh;
  const before = memory.pending(world.uid);
  const firstAnsweredAt = before?.id === id ? before.firstAnsweredAt : world.now;
  const hash = secret?.metadata.annotations?.[dataHashAnnotation] ?? '';
  memory.remember(world.uid, { id, hash, secret, readAt, firstAnsweredAt });
  const isLate = world.now - firstAnsweredAt >= seenWithinMs;
  return {
    kind: 'answer',
    child: secret,
    outcome: isLate
      ? {
          kind: 'Failed',
          failure: { code: 'WriteNotSeen', detail: `Secret ${world.targetName} has not changed yet` },
        }
      : { kind: 'Unchanged', againAt: firstAnsweredAt + seenWithinMs },
  };
}

function inPlace({ readAt }: Refreshing, target: SecretObject): Attempt {
  return {
    kind: 'answer',
    child: echo(target),
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
