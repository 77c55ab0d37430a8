import type { Backends } from '../../providers/backends.ts';
import type { ProviderError } from '../../providers/kit/errors.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import type { Generations } from '../generator/generations.ts';
import { noSecret } from '../lib/names.ts';
import type { SecretObject } from '../lib/objects.ts';
import { echo } from '../lib/owned-fields.ts';
import type { EventSink, Log, Settings, TargetObjects } from '../lib/ports.ts';
import type { Decision } from './decide.ts';
import type { SyncFailure } from './errors.ts';
import { fetchAll } from './fetch.ts';
import type { ForcedSyncs } from './force-sync.ts';
import { type GenerationFacts, generateAll } from './generate.ts';
import type { Memory, PendingAnswer } from './memory.ts';
import { plan } from './plan.ts';
import { routeOf } from './policy.ts';
import { refreshedAt } from './refresh.ts';
import type { Outcome } from './status.ts';
import { type ContentDeps, contentOf } from './template-content.ts';
import { composeValues, type ReadResult } from './values.ts';
import { refreshIdOf, type World } from './world.ts';
import { alreadyApplied, writeApplied, writeNothing } from './write-applied.ts';
import { removeChild, writeChild } from './write-child.ts';
import { removeManifest, writeManifest } from './write-manifest.ts';

/** What a pass wants to say: a target (undefined: none) and an outcome, or "ask again", which changes nothing. */
export type Attempt =
  | { readonly kind: 'answer'; readonly child: SecretObject | undefined; readonly outcome: Outcome }
  | { readonly kind: 'again'; readonly seconds: number };

export interface AttemptDeps extends ContentDeps {
  readonly objects: TargetObjects;
  readonly now: () => number;
  readonly backends: Backends;
  readonly generations: Generations;
  readonly events: EventSink;
  readonly log: Log;
  readonly settings: Settings;
  readonly memory: Memory;
  readonly forced: ForcedSyncs;
}

/** A refresh under way: all that who writes its target has to know. */
export interface Refreshing {
  readonly world: World;
  readonly refresh: Extract<Decision, { kind: 'Refresh' }>;
  /** When the values were read, in ms. */
  readonly readAt: number;
  /** Undefined: nothing was generated. */
  readonly facts: GenerationFacts | undefined;
  /** Says what went wrong, and states the target as it is. */
  readonly fail: (failure: SyncFailure) => Attempt;
  readonly deps: AttemptDeps;
}

/** All reads of one pass together; Metacontroller's own limit for the call is 15 s. */
const fetchDeadlineMs = 8_000;
/** Two controllers that fight over a Secret do so at this pace. */
const repairEveryMs = 30_000;

/** One refresh: plan, fetch, compose, and the target that is to be. */
export async function attemptRefresh(
  world: World,
  refresh: Refreshing['refresh'],
  pending: PendingAnswer | undefined,
  deps: AttemptDeps,
): Promise<Attempt> {
  const { memory } = deps;
  const isRepair = refresh.reason === 'Drifted' && (world.target ?? world.watched?.secret) !== undefined;
  if (isRepair && pending === undefined) {
    const next = memory.repair(world.uid, world.now, repairEveryMs);
    if (next !== undefined)
      return { kind: 'answer', child: restated(world), outcome: { kind: 'Unchanged', againAt: next } };
  }

  const fail = (failure: SyncFailure): Attempt => ({
    kind: 'answer',
    child: onItsWay(world, pending) ?? restated(world),
    outcome: { kind: 'Failed', failure },
  });

  const reads = plan(world.spec);
  if (reads.uses.length > 0 && routeOf(world) === 'apply') {
    const applied = await alreadyApplied(world, refresh.id, deps.secrets);
    if (applied !== undefined) return applied;
  }
  const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(fetchDeadlineMs)]);
  const fetched = await fetchAll(world, reads, deps.backends, {
    notBefore: latest(deps.forced.notBefore(world, refresh.reason), lastRead(world)),
    signal,
  });
  const made = await generateAll(world, reads, fetched, {
    generations: deps.generations,
    id: refresh.id,
    signal,
  });
  if (made.kind === 'otherClass')
    return { kind: 'answer', child: restated(world), outcome: { kind: 'Unchanged', againAt: undefined } };
  const { results, facts } = made;
  const readAt = facts?.madeAt ?? world.now;
  const refreshing: Refreshing = { world, refresh, readAt, facts, fail, deps };
  const busy = busyRead(results);
  if (busy !== undefined) return comeAgain(refreshing, busy);

  const values = composeValues(reads, results, world.deletionPolicy, world.now);
  if (values.kind === 'failed') return fail(values.failure);
  for (const where of values.absent) {
    const message = `secret does not exist at provider using ${where}`;
    deps.events.record(world.object, 'Normal', 'MissingProviderSecret', message);
  }
  if (values.kind === 'absent' && world.deletionPolicy === 'Delete') return remove(refreshing);
  if (values.kind === 'data' && values.data.size === 0) return retained(refreshing);
  return write(refreshing, values.kind === 'data' ? values.data : new Map(), pending);
}

/**
 * The Secret of an answer that has not arrived: it is stated again, never the one that it is to replace. Once the target
 * carries the refresh it is left alone: another replica may have answered the same refresh with a newer value.
 */
export function onItsWay(world: World, pending: PendingAnswer | undefined): SecretObject | undefined {
  const arrived =
    pending === undefined || (world.target !== undefined && refreshIdOf(world.target) === pending.id);
  return arrived ? undefined : pending.secret;
}

/** The observed target as it is. */
export function restated({ target }: World): SecretObject | undefined {
  return target === undefined ? undefined : echo(target);
}

async function write(
  refreshing: Refreshing,
  values: SecretMap,
  pending: PendingAnswer | undefined,
): Promise<Attempt> {
  const { world, fail, deps } = refreshing;
  const route = routeOf(world);
  if (route === 'none') return writeNothing(refreshing);
  if (route === 'manifest') return writeManifest(refreshing, values);
  const made = await contentOf(world, values, pending, deps);
  if (made.kind === 'again') return made;
  if (made.kind === 'failed') return fail(made.failure);
  return route === 'child' ? writeChild(refreshing, made.content) : writeApplied(refreshing, made.content);
}

/** The backend stated for every entry that there is nothing, and deletionPolicy is Delete: only what we own may go. */
function remove(refreshing: Refreshing): Attempt | Promise<Attempt> {
  const { world, fail } = refreshing;
  const route = routeOf(world);
  if (route === 'child') return removeChild(refreshing);
  if (route === 'manifest' && world.creationPolicy === 'Owner') return removeManifest(refreshing);
  const detail = `${world.spec.target?.manifest?.kind ?? 'Secret'} ${world.targetName}: creationPolicy=${world.creationPolicy} is not Owner`;
  return fail({ code: 'DeleteNotOwner', detail });
}

/** The backend answered, but with no key at all: no reason to delete, whatever the policy (design rule 1). */
function retained({ world, readAt }: Refreshing): Attempt {
  const isChild = routeOf(world) === 'child';
  return {
    kind: 'answer',
    child: restated(world),
    outcome: {
      kind: 'Synced',
      reason: 'SecretSynced',
      message:
        world.deletionPolicy === 'Retain'
          ? 'secret retained due to DeletionPolicy=Retain'
          : 'secret retained: the backend answered with no key',
      readAt,
      refreshId:
        world.target !== undefined ? refreshIdOf(world.target) : isChild ? noSecret : world.status.refreshId,
      binding: world.target === undefined ? 'unbound' : 'bound',
    },
  };
}

/** Another replica may have read a newer value than the one that this one still shares: it is in the target by now. */
function lastRead(world: World): number | undefined {
  const last = refreshedAt(world);
  return last === undefined ? undefined : Math.min(last, world.now);
}

function latest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** A read that found no room: nothing is wrong, and nothing is said of it but why this takes long. */
function comeAgain(
  { world, refresh, deps }: Refreshing,
  { code, details, message, advice }: ProviderError,
): Attempt {
  if (code === 'RateLimited')
    deps.events.record(world.object, 'Normal', code, `${message}. To do: ${advice}`);
  // Spread by the refresh: of those who wait for one turn, one gets it.
  const place = parseInt(refresh.id.slice(0, 2), 16);
  const waitSeconds = Math.round((details.retryAfter ?? 0) * (1 + place / 64));
  return { kind: 'again', seconds: 1 + (place % 3) + waitSeconds };
}

function busyRead(results: ReadonlyMap<string, ReadResult>): ProviderError | undefined {
  for (const result of results.values())
    if ('error' in result && result.error.retry === 'busy') return result.error;
  return undefined;
}
