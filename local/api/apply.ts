import type { ManagedFields } from '../../composite-controllers/lib/objects.ts';
import { badRequest, internal, StatusError } from './errors.ts';
import { equal, isObject, type JsonObject } from './json.ts';
import {
  describe,
  type FieldSet,
  intersection,
  minus,
  union,
  withDeclaredAncestors,
} from './ownership/field-set.ts';
import {
  comparer,
  decodeEntries,
  displaced,
  type Entry,
  encodeEntries,
  entryOf,
  findEntry,
  isReset,
  type Tracking,
  trackUpdate,
  withEntry,
  withoutManagedFields,
} from './ownership/managed-fields.ts';
import { leavesOf, merge, remove, typeError } from './ownership/typed.ts';
import type { Schema } from './schema/schema.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export interface Applied {
  readonly object: JsonObject;
  readonly managedFields: ManagedFields[] | undefined;
}

/**
 * Server-side apply: the live object (undefined: to be created) with the configuration laid over it, without what this
 * manager owned before, does not give now and nobody else owns; and who owns what afterwards.
 * Throws 409 for fields of other managers that differ, unless forced. Rules: sigs.k8s.io/structured-merge-diff, merge/update.go.
 */
export function serverSideApply(
  tracking: Tracking,
  live: JsonObject | undefined,
  config: JsonObject,
  options: { readonly force: boolean; readonly empty: JsonObject; readonly what: string },
): Applied {
  const schema = tracking.schemaFor(tracking.apiVersion)!;
  if (isObject(config.metadata) && config.metadata.managedFields !== undefined)
    throw badRequest('metadata.managedFields must be nil');
  const misfit = typeError(schema, config);
  if (misfit !== undefined)
    throw internal(`failed to create typed patch object (${options.what}): ${misfit}`);

  const before = withoutManagedFields(live ?? options.empty);
  const entries = live === undefined ? [] : ownersOf(tracking, live, options.empty);
  refuseKubectlUpgrade(tracking, before);
  const own = entryOf(tracking, 'Apply');
  const previous = findEntry(entries, own);
  const leaves = leavesOf(schema, config);
  const fields = new Set([...leaves].filter((path) => !isReset(path, tracking.reset)));
  const mine: Entry = { ...own, time: previous?.time, fields };
  const others = entries.filter((entry) => entry !== previous);
  const merged = merge(schema, before, config) as JsonObject;
  const after = previous ? prune(tracking, merged, [...others, mine], previous) : merged;

  const comparison = comparer(before, after, tracking);
  if (!options.force) refuseConflicts(others, comparison);
  const changed = !equal(before, after);
  const result = withEntry(displaced(others, comparison), changed ? { ...mine, time: tracking.time } : mine);
  return { object: after, managedFields: encodeEntries(result) };
}

/** The stored entries; an object that nobody tracked so far belongs to `before-first-apply`. */
function ownersOf(tracking: Tracking, live: JsonObject, empty: JsonObject): Entry[] {
  const entries = decodeEntries((live.metadata as JsonObject).managedFields) ?? [];
  if (entries.length > 0) return entries;
  const first = { ...tracking, manager: 'before-first-apply' };
  return decodeEntries(trackUpdate(first, undefined, live, empty, undefined)) ?? [];
}

/** The merged object without what the manager gave up: what others own stays, and what it never owned stays with it. */
function prune(
  { schemaFor }: Tracking,
  merged: JsonObject,
  entries: readonly Entry[],
  previous: Entry,
): JsonObject {
  const schema = schemaFor(previous.apiVersion);
  if (schema === undefined) return merged;
  const whole = (set: FieldSet, by: Schema): FieldSet => withDeclaredAncestors(set, by);
  const last = whole(previous.fields, schema);
  let pruned = remove(schema, merged, last);
  const byVersion = Map.groupBy(entries, ({ apiVersion }) => apiVersion);
  const versions = new Set([previous.apiVersion, ...byVersion.keys()]);
  for (const version of versions) {
    const by = schemaFor(version);
    const group = byVersion.get(version);
    if (by === undefined || group === undefined) continue;
    const owned = union(...group.map(({ fields }) => fields));
    const kept = union(whole(leavesOf(by, pruned), by), whole(owned, by));
    pruned = remove(by, merged, minus(whole(leavesOf(by, merged), by), kept));
  }
  const gone = minus(whole(leavesOf(schema, merged), schema), whole(leavesOf(schema, pruned), schema));
  return remove(schema, merged, intersection(gone, last)) as JsonObject;
}

function refuseConflicts(others: readonly Entry[], comparison: ReturnType<typeof comparer>): void {
  const conflicts = others.flatMap((entry) => {
    const change = comparison(entry.apiVersion);
    if (change === undefined) return [];
    const { manager, operation, apiVersion, subresource } = entry;
    const sub = subresource ? ` with subresource "${subresource}"` : '';
    const by = `"${manager}"${sub}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
    return [...intersection(entry.fields, union(change.added, change.modified))]
      .sort()
      .map((path) => ({ by, field: describe(path) }));
  });
  if (conflicts.length === 0) return;
  const causes = conflicts.map(({ by, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${by}`,
    field,
  }));
  const [only] = conflicts;
  const list = [...Map.groupBy(conflicts, ({ by }) => by)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([by, of]) => [`conflicts with ${by}:`, ...of.map(({ field }) => `- ${field}`)].join('\n'));
  const message =
    conflicts.length === 1
      ? `Apply failed with 1 conflict: conflict with ${only!.by}: ${only!.field}`
      : `Apply failed with ${conflicts.length} conflicts: ${list.join('\n')}`;
  throw new StatusError(409, 'Conflict', message, { causes });
}

/** kubectl's move from client-side apply rewrites an annotation on the way; nothing here does that. */
function refuseKubectlUpgrade({ manager }: Tracking, live: JsonObject): void {
  const annotations = isObject(live.metadata) ? live.metadata.annotations : undefined;
  if (manager === 'kubectl' && isObject(annotations) && annotations[lastApplied] !== undefined)
    throw new StatusError(
      501,
      'NotImplemented',
      `the local API server does not cover server-side apply by kubectl over ${lastApplied}`,
    );
}
