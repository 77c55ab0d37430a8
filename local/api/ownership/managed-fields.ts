import type { ManagedFields } from '../../../composite-controllers/lib/objects.ts';
import { notCovered } from '../errors.ts';
import { isObject, type JsonObject, put } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { decodeFields, elements, encodeFields, type FieldSet, minus, union } from './field-set.ts';
import { type Comparison, compare } from './typed.ts';

/** One manager's entry: what it owns by which operation. */
export interface Entry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string | undefined;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Where ownership is computed: the version of the request, the schemas by version, and the manager's name. */
export interface Tracking {
  readonly apiVersion: string;
  readonly schemaFor: (apiVersion: string) => Schema | undefined;
  readonly manager: string;
  readonly subresource: string | undefined;
  /** Top-level fields that this endpoint resets, so that nobody comes to own them through it. */
  readonly reset: readonly string[];
  readonly time: string;
}

const maxUpdateManagers = 10;

// Kept out of every entry (apimachinery, managedfields/internal/stripmeta.go).
const untracked: FieldSet = new Set(
  ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation']
    .concat('managedFields', 'resourceVersion')
    .map((name) => `f:metadata\0f:${name}`)
    .concat('f:apiVersion', 'f:kind', 'f:metadata'),
);

const sameManager = (a: Omit<Entry, 'fields' | 'time'>, b: Omit<Entry, 'fields' | 'time'>): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion);

/** The entry of the request's manager before it owns anything. */
export function entryOf(tracking: Tracking, operation: Entry['operation']): Omit<Entry, 'fields' | 'time'> {
  const { manager, apiVersion, subresource } = tracking;
  return { manager: manager || 'unknown', operation, apiVersion, subresource };
}

export function findEntry(
  entries: readonly Entry[],
  like: Omit<Entry, 'fields' | 'time'>,
): Entry | undefined {
  return entries.find((entry) => sameManager(entry, like));
}

/** The entries with the given one in place of the same manager's; one that owns nothing goes. */
export function withEntry(entries: readonly Entry[], entry: Entry): Entry[] {
  const fields = minus(entry.fields, untracked);
  return [
    ...entries.filter((other) => !sameManager(other, entry)),
    ...(fields.size > 0 ? [{ ...entry, fields }] : []),
  ];
}

/** The entries of `metadata.managedFields`, or undefined where one of them is invalid. Of two by the same manager the last counts. */
export function decodeEntries(managedFields: unknown): Entry[] | undefined {
  if (!Array.isArray(managedFields)) return [];
  const entries = managedFields.map((entry: ManagedFields) => {
    const { manager = '', operation, apiVersion, subresource, time, fieldsType, fieldsV1 } = entry;
    if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion || fieldsType !== 'FieldsV1')
      return undefined;
    const rest = { subresource: subresource || undefined, time: time ?? undefined };
    return { manager, operation, apiVersion, ...rest, fields: decodeFields(fieldsV1) };
  });
  if (!entries.every((entry) => entry !== undefined)) return undefined;
  return entries.filter(
    (entry, index) => !entries.slice(index + 1).some((later) => sameManager(entry, later)),
  );
}

/** `metadata.managedFields` in the API server's order: by operation, second, manager. */
export function encodeEntries(entries: readonly Entry[]): ManagedFields[] | undefined {
  if (entries.length === 0) return undefined;
  const rank = (entry: Entry) =>
    [entry.operation, entry.time ?? '', entry.manager, entry.apiVersion, entry.subresource ?? ''].join('\0');
  return entries
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      ...(time && { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: encodeFields(fields),
      ...(subresource && { subresource }),
    }));
}

/** The object without managedFields, so that they never own themselves. */
export function withoutManagedFields(object: JsonObject): JsonObject {
  if (!isObject(object.metadata)) return object;
  return { ...object, metadata: put(object.metadata, 'managedFields', undefined) };
}

/** The differences of two objects as each version's schema sees them; undefined for a version that is gone. */
export function comparer(
  before: JsonObject,
  after: JsonObject,
  { apiVersion, subresource, schemaFor, reset }: Tracking,
): (version: string) => Comparison | undefined {
  const known = new Map<string, Comparison | undefined>();
  // The main endpoint knows the reset fields of its own version only, the status endpoint those of all
  // (apiextensions-apiserver, customresource_handler.go, getStatusResetFields).
  const filtered = (version: string): boolean => version === apiVersion || subresource === 'status';
  return (version) => {
    if (!known.has(version)) {
      const schema = schemaFor(version);
      const found = schema && compare(schema, before, after);
      known.set(version, found && filtered(version) ? withoutReset(found, reset) : found);
    }
    return known.get(version);
  };
}

function withoutReset({ added, removed, modified }: Comparison, reset: readonly string[]): Comparison {
  const kept = (set: Set<string>): Set<string> => new Set([...set].filter((path) => !isReset(path, reset)));
  return { added: kept(added), removed: kept(removed), modified: kept(modified) };
}

/** Whether the path lies in one of the top-level fields. */
export function isReset(path: string, reset: readonly string[]): boolean {
  return reset.some((name) => elements(path)[0] === `f:${name}`);
}

/** The entries after others changed or removed fields that they own; entries of versions that are gone go too. */
export function displaced(
  entries: readonly Entry[],
  comparison: (version: string) => Comparison | undefined,
): Entry[] {
  return entries.flatMap((entry) => {
    const change = comparison(entry.apiVersion);
    if (change === undefined) return [];
    const fields = minus(entry.fields, change.added, change.modified, change.removed);
    return fields.size > 0 ? [{ ...entry, fields }] : [];
  });
}

/**
 * The managedFields after a create, PUT or patch: the manager owns what it changed, nobody else does any more.
 * `submitted` are the managedFields of the request: valid ones replace the stored, `[]` and `[{}]` clear them, and an
 * object without any is no longer tracked.
 */
export function trackUpdate(
  tracking: Tracking,
  live: JsonObject | undefined,
  next: JsonObject,
  empty: JsonObject,
  submitted: unknown,
): ManagedFields[] | undefined {
  const stored = decodeEntries((live?.metadata as JsonObject | undefined)?.managedFields) ?? [];
  let entries = stored;
  if (tracking.subresource === undefined && Array.isArray(submitted)) {
    const given = isCleared(submitted) ? [] : decodeEntries(submitted);
    if (given !== undefined && (given.length > 0 || isCleared(submitted))) entries = given;
  }
  if (entries.length === 0 && live !== undefined) return undefined;
  const before = withoutManagedFields(live ?? empty);
  const comparison = comparer(before, withoutManagedFields(next), tracking);
  const mine = comparison(tracking.apiVersion)!;
  const own = entryOf(tracking, 'Update');
  const rest = displaced(entries, comparison);
  const taken = minus(union(mine.added, mine.modified), untracked);
  if (taken.size === 0) return encodeEntries(rest);
  const fields = union(taken, findEntry(rest, own)?.fields ?? new Set());
  const result = withEntry(rest, { ...own, time: tracking.time, fields });
  if (result.filter(({ operation }) => operation === 'Update').length > maxUpdateManagers)
    throw notCovered(`more than ${maxUpdateManagers} managers that update one object`);
  return encodeEntries(result);
}

function isCleared(managedFields: readonly unknown[]): boolean {
  const [first] = managedFields;
  const blank = isObject(first) && Object.values(first).every((value) => value === null || value === '');
  return managedFields.length === 0 || (managedFields.length === 1 && blank);
}
