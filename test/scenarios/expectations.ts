import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { Stage } from './actions.ts';
import type { Count, Expectation, Partial } from './format.ts';
import { placeOf, recordedKinds, typeOf } from './kinds.ts';
import { differences, fits } from './match.ts';
import { currentRevision } from './recorder.ts';
import { substitute } from './substitute.ts';

/** Where a step begins: what happened and was counted before does not concern it. */
export interface Baseline {
  readonly revision: bigint;
  readonly reads: number;
  readonly writes: number;
  readonly logins: number;
}

/** Objects as they were before a step did anything, by `Kind/name`. */
export type Before = ReadonlyMap<string, KubeObject>;

/** What is not (yet) as expected: `unmet` may come true, `broken` cannot any more. */
export interface Findings {
  readonly unmet: readonly string[];
  readonly broken: readonly string[];
}

export async function takeBaseline({ world, namespace, backend }: Stage): Promise<Baseline> {
  return {
    reads: backend?.reads() ?? 0,
    writes: backend?.writes() ?? 0,
    logins: backend?.logins() ?? 0,
    revision: await currentRevision(world.as('kubectl'), typeOf('Secret'), namespace),
  };
}

/** The objects that a step's expectations compare with. Throws when one of them is not there. */
export async function takeObjects(
  { unchanged = [], recreated = [] }: Expectation,
  { world, namespace }: Stage,
): Promise<Before> {
  const objects = new Map<string, KubeObject>();
  for (const ref of [...unchanged, ...recreated]) {
    const { type, namespace: within, name } = placeOf(ref, namespace);
    objects.set(ref, await world.as('kubectl').get(type, within, name));
  }
  return objects;
}

/** What the backend holds otherwise than a step expects; values are not told. */
export async function heldProblems({ held = {} }: Expectation, { backend }: Stage): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(held).map(async ([key, expected]) => {
      const actual = await backend?.read(key);
      return isDeepStrictEqual(actual, expected) ? [] : [`the backend holds something else at ${key}`];
    }),
  );
  return found.flat();
}

/** Compares what is there, and what was there since the baseline, with what a step expects. Pure but for looking. */
export function look(given: Expectation, since: Baseline, before: Before, stage: Stage): Findings {
  const expect = substitute(
    given,
    (name) => find(name.slice('uid.'.length), stage)?.metadata.uid ?? 'nothing',
  );
  const reads = (stage.backend?.reads() ?? 0) - since.reads;
  const logins = (stage.backend?.logins() ?? 0) - since.logins;
  const writes = (stage.backend?.writes() ?? 0) - since.writes;
  const counts = [
    tally('backend reads', reads, expect.backendReads),
    tally('backend writes', writes, expect.backendWrites),
    tally('logins', logins, expect.logins),
  ];
  return {
    unmet: [
      ...(expect.objects ?? []).flatMap((partial) => objectProblems(partial, stage)),
      ...(expect.absent ?? []).flatMap((ref) => (find(ref, stage) === undefined ? [] : [`${ref} is there`])),
      ...Object.entries(expect.conditions ?? {}).flatMap(([ref, wanted]) =>
        conditionProblems(ref, wanted, stage),
      ),
      ...(expect.events ?? []).flatMap((event) => eventProblems(event, stage)),
      ...(expect.unchanged ?? []).flatMap((ref) => unchangedProblems(ref, before, stage)),
      ...(expect.recreated ?? []).flatMap((ref) => recreatedProblems(ref, before, stage)),
      ...orderProblems(expect.order ?? [], since, stage),
      ...counts.flatMap(({ tooFew }) => tooFew),
    ],
    broken: [
      ...(expect.never ?? []).flatMap((partial) => neverProblems(partial, since, stage)),
      ...counts.flatMap(({ tooMany }) => tooMany),
    ],
  };
}

function find(ref: string, { world, namespace }: Stage): KubeObject | undefined {
  const { kind, namespace: within, name } = placeOf(ref, namespace);
  return world.recorder.get(kind, within, name);
}

function objectProblems(expected: Partial, stage: Stage): string[] {
  const { namespace, name } = expected.metadata;
  const ref = [expected.kind, namespace, name].filter((part) => part !== undefined).join('/');
  const actual = find(ref, stage);
  if (actual === undefined) return [`${ref} is missing`];
  return differences(expected, actual).map((difference) => `${ref}: ${difference}`);
}

function conditionProblems(
  ref: string,
  wanted: NonNullable<Expectation['conditions']>[string],
  stage: Stage,
): string[] {
  const object = find(ref, stage);
  if (object === undefined) return [`${ref} is missing`];
  const conditions =
    (object.status as { conditions?: Record<string, string>[] } | undefined)?.conditions ?? [];
  return Object.entries(wanted).flatMap(([type, expected]) => {
    const actual = conditions.find((condition) => condition.type === type);
    if (expected === 'absent') return actual === undefined ? [] : [`${ref} has a condition ${type}`];
    if (actual === undefined) return [`${ref} has no condition ${type}`];
    return Object.entries(expected)
      .filter(([field, text]) => !fits(text, actual[field] ?? ''))
      .map(([field]) => `${ref} ${type}.${field} is ${JSON.stringify(actual[field])}`);
  });
}

function eventProblems(
  { object, reason, message }: NonNullable<Expectation['events']>[number],
  { world, namespace }: Stage,
): string[] {
  const { kind, namespace: within = 'default', name } = placeOf(object, namespace);
  const isThere = world.recorder.list('Event', within).some((event) => {
    const { involvedObject, reason: why, message: said } = event as unknown as EventFields;
    if (involvedObject.kind !== kind || involvedObject.name !== name) return false;
    return (reason === undefined || fits(reason, why)) && (message === undefined || fits(message, said));
  });
  return isThere ? [] : [`${object} has no event ${reason ?? ''} ${message ?? ''}`];
}

interface EventFields {
  readonly involvedObject: { readonly kind: string; readonly name: string };
  readonly reason: string;
  readonly message: string;
}

function unchangedProblems(ref: string, before: Before, stage: Stage): string[] {
  const then = before.get(ref)?.metadata.resourceVersion;
  const now = find(ref, stage)?.metadata.resourceVersion;
  return then === now ? [] : [`${ref} went from resourceVersion ${then} to ${now}`];
}

function recreatedProblems(ref: string, before: Before, stage: Stage): string[] {
  const now = find(ref, stage)?.metadata.uid;
  return now !== undefined && now !== before.get(ref)?.metadata.uid ? [] : [`${ref} is not a new object`];
}

function neverProblems(partial: Partial, { revision }: Baseline, { world, namespace }: Stage): string[] {
  const { kind, metadata } = partial;
  const seen = world.recorder
    .changes(kind, revision)
    .filter(
      ({ type, object }) =>
        type !== 'DELETED' && isNamed(object, metadata.name, metadata.namespace ?? namespace),
    )
    .find(({ object }) => differences(partial, object).length === 0);
  return seen === undefined
    ? []
    : [`${kind}/${metadata.name} was what it must never be, at ${seen.revision}`];
}

/** Whether the wanted happenings are among what happened, in their order. */
function orderProblems(
  wanted: readonly string[],
  { revision }: Baseline,
  { world, namespace }: Stage,
): string[] {
  const kinds = new Set(wanted.map((line) => placeOf(line.slice(line.indexOf(' ') + 1), namespace).kind));
  const happened = [...kinds]
    .flatMap((kind) => world.recorder.changes(kind, revision))
    .filter(({ object, type }) => type !== 'MODIFIED' && isNamed(object, object.metadata.name, namespace))
    .sort((a, b) => Number(a.revision - b.revision))
    .map(
      ({ type, object }) =>
        `${type === 'ADDED' ? 'created' : 'deleted'} ${object.kind}/${object.metadata.name}`,
    );
  let place = 0;
  for (const line of happened) if (line === wanted[place]) place++;
  return place === wanted.length ? [] : [`in this order happened: ${happened.join(', ') || 'nothing'}`];
}

function isNamed({ metadata }: KubeObject, name: string, namespace: string): boolean {
  return metadata.name === name && (metadata.namespace ?? namespace) === namespace;
}

function tally(what: string, actual: number, expected: Count | undefined) {
  const { exactly, atMost = exactly } = expected ?? {};
  return {
    tooFew: exactly !== undefined && actual < exactly ? [`${actual} ${what}, not ${exactly}`] : [],
    tooMany: atMost !== undefined && actual > atMost ? [`${actual} ${what}, more than ${atMost}`] : [],
  };
}

/** How the scenario's objects stand, without a value: for whoever has to find out why a step failed. */
export function describeState({ world, namespace }: Stage): string {
  return recordedKinds
    .filter((kind) => kind !== 'Namespace')
    .flatMap((kind) => [
      ...world.recorder.list(kind, namespace),
      world.recorder.get(kind, undefined, namespace),
    ])
    .filter((object) => object !== undefined)
    .map((object) => {
      const { kind, metadata, status, data } = object;
      if (kind === 'Event') {
        const { involvedObject, reason, message } = object as unknown as EventFields;
        return `  Event on ${involvedObject.kind}/${involvedObject.name}: ${reason}: ${message}`;
      }
      const what = kind === 'Secret' ? `keys ${Object.keys(data ?? {})}` : JSON.stringify(status ?? null);
      return `  ${kind}/${metadata.name} (${metadata.resourceVersion}) ${what}`;
    })
    .join('\n');
}
