import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { Stage } from './actions.ts';
import type { Scenario } from './format.ts';
import { typeOf } from './kinds.ts';
import { decodedData } from './match.ts';

/** The final objects of a scenario by `Kind/name`, without what differs from run to run. */
export type Snapshot = Readonly<Record<string, unknown>>;

const quietMs = 700;
const longestMs = 5_000;
const kinds = [
  'Secret',
  'ExternalSecret',
  'SecretStore',
  'ClusterSecretStore',
  'ClusterExternalSecret',
  'PushSecret',
  'ClusterPushSecret',
];

/** Takes a {@link Snapshot}; two runs of one scenario, with whatever driver, have to come to the same. */
export async function takeSnapshot(
  stage: Stage,
  markers: ReadonlyMap<string, string>,
  { random = [] }: Pick<Scenario, 'random'> = {},
): Promise<Snapshot> {
  const { world, namespace, backend } = stage;
  await calm(stage);
  const objects = (
    await Promise.all(kinds.map((kind) => world.as('kubectl').list(typeOf(kind), { namespace })))
  )
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => metadata.namespace !== undefined || metadata.name === namespace);

  const names: [found: string, instead: string][] = [
    ...objects.map(({ kind, metadata }): [string, string] => [
      metadata.uid ?? '',
      `uid of ${kind}/${metadata.name}`,
    ]),
    ...[...markers].map(([name, marker]): [string, string] => [marker, name]),
    ...Object.entries(backend?.variables ?? {}).map(([name, value]): [string, string] => [value, name]),
    ...(backend === undefined ? [] : [[backend.token, 'token'] as [string, string]]),
    [namespace, 'ns'],
  ];
  // The longest first: some are parts of others.
  names.sort(([a], [b]) => b.length - a.length);
  const replaced = (text: string) =>
    names.reduce(
      (result, [found, instead]) => (found === '' ? result : result.replaceAll(found, instead)),
      text,
    );
  return Object.fromEntries(
    objects.map((object) => [
      replaced(`${object.kind}/${object.metadata.name}`),
      JSON.parse(replaced(JSON.stringify(stripped(object, random)))),
    ]),
  );
}

/** Waits until nothing has happened for a moment: what a step expects may be true before all is written. */
async function calm({ world, namespace }: Stage): Promise<void> {
  const deadline = performance.now() + longestMs;
  const happened = () =>
    kinds
      .flatMap((kind) => world.recorder.changes(kind, 0n))
      .filter(({ object }) => (object.metadata.namespace ?? object.metadata.name) === namespace).length;
  for (let before = -1, now = happened(); before !== now && performance.now() < deadline; now = happened()) {
    before = now;
    await sleep(quietMs);
  }
}

function stripped(object: KubeObject, random: readonly string[]): object {
  const {
    resourceVersion: _,
    creationTimestamp: __,
    uid: ___,
    managedFields = [],
    ...metadata
  } = object.metadata;
  const isSecret = object.kind === 'Secret';
  // What a user, or a patch by which the hook took a Secret over, still owns beside the driver depends on who came first.
  const owners = managedFields
    .filter(
      ({ manager, operation }) => manager !== 'kubectl' && !(manager === 'keyhook' && operation === 'Update'),
    )
    .map(({ time: _time, ...entry }) => entry);
  const result = {
    ...object,
    metadata: { ...metadata, ...(isSecret ? { managedFields: owners } : {}) },
    ...(isSecret ? { data: withoutRandom(decodedData(object), random) } : {}),
  };
  return walk(result) as object;
}

function withoutRandom(data: Record<string, string>, random: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, random.includes(key) ? 'random' : value]),
  );
}

function walk(node: unknown): unknown {
  if (typeof node === 'string') {
    return (
      node
        .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'time')
        .replace(/\b[0-9a-f]{20,}\b/g, 'hash')
        // How often it had failed by then is a matter of time.
        .replace(', failed repeatedly, probed every 30 s', '')
        .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'uid')
    );
  }
  if (Array.isArray(node)) return node.map(walk);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [walk(key), walk(value)]),
  );
}

/** How two sets of snapshots differ, by scenario. */
export function snapshotDifferences(
  left: ReadonlyMap<string, Snapshot>,
  right: ReadonlyMap<string, Snapshot>,
): string[] {
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((name) => {
    try {
      assert.deepEqual(left.get(name), right.get(name));
      return [];
    } catch (error) {
      return [`${name}: ${(error as Error).message}`];
    }
  });
}
