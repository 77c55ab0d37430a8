import { createHash } from 'node:crypto';
import type { SecretObject } from '../lib/objects.ts';
import { deleteAll } from './clean-up.ts';
import { intervalMs } from './decide.ts';
import { renewAtOf } from './generated.ts';
import { destinationOf, type PlannedPush, planPushes } from './plan.ts';
import { claimantOf, type PushDeps, type PushResult, pushAll } from './push.ts';
import { readSources, type SourceDeps } from './sources.ts';
import type { Outcome } from './status.ts';
import { obsolete, type Recorded, recordsOf, syncedOf } from './synced.ts';
import { inputsOf, type Store, type World } from './world.ts';

/** What a pass wants to say, or "ask again", which changes nothing. */
export type Attempt =
  | {
      readonly kind: 'outcome';
      readonly outcome: Outcome;
      /** A Secret of the PushSecret's own that is to be there before the next pass. */
      readonly child?: SecretObject;
    }
  | { readonly kind: 'again'; readonly seconds: number };

export type AttemptDeps = PushDeps & SourceDeps;

const minute = 60_000;
const shortlyMs = 2_000;
/** What is written makes an event when it is seen; this is for what never comes. */
const pendingMs = 15_000;

/** One push: the sources, what they push where, the pushes, and the end of what is wanted no more. */
export async function attemptPush(
  world: World,
  stores: readonly Store[],
  deps: AttemptDeps,
): Promise<Attempt> {
  const attempt = attemptId(world, stores);
  const sources = await readSources(world, attempt, deps);
  if (sources.kind === 'again') return sources;
  if (sources.kind === 'otherClass') return says({ kind: 'Unchanged', againAt: undefined });
  if (sources.kind === 'made')
    return { ...says({ kind: 'Unchanged', againAt: world.now + pendingMs }), child: sources.child };
  if (sources.kind === 'failed') return says({ kind: 'Failed', failure: sources.failure });
  if (sources.kind === 'missing') return says(await withoutSource(world, stores, sources.name, deps));

  const plan = planPushes(world, stores, sources.sources);
  if (plan.kind === 'failed') return says({ kind: 'Failed', failure: plan.failure });
  const secrets = sources.sources.map(({ secret }) => secret);
  const inputs = inputsOf(isGenerated(world) ? [] : secrets, stores);
  remember(world, stores, plan.pushes, deps);
  const results = await pushAll(world, plan.pushes, `${attempt} ${inputs}`, deps);
  const before = world.status.syncedPushSecrets;
  const known = [...recordsOf(before), ...results.filter(isThere).map(({ planned }) => planned)].map(
    recorded,
  );
  const failed = results.find((result) => result.kind === 'failed');
  if (failed?.kind === 'failed')
    return says({ kind: 'Failed', failure: failed.failure, synced: syncedOf(known) });
  if (results.some(({ kind }) => kind === 'busy')) return says(unfinished(world, known));

  const old = world.spec.deletionPolicy === 'Delete' ? obsolete(before, plan.pushes) : [];
  const { remaining, failure } = await deleteAll(world, old, deps);
  const now = [...plan.pushes.map(recorded), ...remaining];
  if (failure !== undefined) return says({ kind: 'Failed', failure, synced: syncedOf(now) });
  if (remaining.length > 0) return says(unfinished(world, now));
  const renewAt = isGenerated(world) ? renewAtOf(world.generated) : undefined;
  return says({ kind: 'Synced', synced: syncedOf(now), inputs, renewAt });
}

/** What is pushed for: the same until the status records it. */
function attemptId({ version, status }: World, stores: readonly Store[]): string {
  const parts = [version, status.refreshTime ?? '', inputsOf([], stores)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);
}

function isGenerated({ spec }: World): boolean {
  return spec.selector.generatorRef !== undefined;
}

/** The named source is not there: what was pushed of it goes where that was asked for (spec core 3.3 no. 3). */
async function withoutSource(
  world: World,
  stores: readonly Store[],
  name: string,
  deps: AttemptDeps,
): Promise<Outcome> {
  const records = recordsOf(world.status.syncedPushSecrets);
  if (world.spec.deletionPolicy !== 'Delete' || records.length === 0)
    return { kind: 'Failed', failure: { code: 'SourceMissing', detail: `Secret "${name}" not found` } };
  const { remaining, failure } = await deleteAll(world, records, deps);
  if (failure !== undefined) return { kind: 'Failed', failure, synced: syncedOf(remaining) };
  if (remaining.length > 0) return unfinished(world, remaining);
  return { kind: 'SourceDeleted', inputs: inputsOf([], stores) };
}

/** What others have to know of it, and what its end may need. */
function remember(
  world: World,
  stores: readonly Store[],
  pushes: readonly PlannedPush[],
  { memory }: AttemptDeps,
): void {
  const wanted = new Map(pushes.map((planned) => [destinationOf(planned), planned.digest]));
  memory.claims.hold(claimantOf(world), wanted, seenUntil(world));
  memory.keepStores(
    world.uid,
    new Map([
      ...memory.stores(world.uid),
      ...stores.map(({ view }) => [`${view.handle.kind}/${view.handle.name}`, view] as const),
    ]),
  );
}

/** Until when a PushSecret that is not seen again counts for others. */
export function seenUntil(world: World): number {
  const day = 25 * 60 * minute;
  const interval = intervalMs(world);
  return world.now + (interval > 0 ? Math.min(Math.max(2 * interval, 10 * minute), day) : day);
}

function isThere(result: PushResult): boolean {
  return result.kind === 'in place' || result.mayBeThere;
}

function recorded({ storeKey, place, entry }: Recorded): Recorded {
  return { storeKey, place, entry };
}

function unfinished(world: World, records: readonly Recorded[]): Outcome {
  return { kind: 'Unfinished', synced: syncedOf(records), againAt: world.now + shortlyMs };
}

function says(outcome: Outcome): Extract<Attempt, { kind: 'outcome' }> {
  return { kind: 'outcome', outcome };
}
