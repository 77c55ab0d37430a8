import { ValueError, within } from '../lib/errors.ts';
import { keyTemplates } from '../lib/key-template.ts';
import { reverseKey } from '../lib/keys.ts';
import { compileRegex } from '../lib/regex.ts';
import { rewriteKeys } from '../lib/rewrite.ts';
import type { PushedEntry, PushSecretSpec } from './schema.ts';

type DataTo = NonNullable<PushSecretSpec['dataTo']>[number];

/** One thing to push, and which keys of the Secret it is about. */
export interface Entry {
  readonly entry: PushedEntry;
  /** The only keys, after conversion, that a whole Secret consists of; absent: all. */
  readonly only?: readonly string[];
}

/** A specification that names one place twice, or makes a name of nothing. */
export class EntryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EntryError';
  }
}

/**
 * What a Secret with these keys pushes into a store (spec core 3.3 no. 5): `data`, and what `dataTo` makes of the keys; those
 * of its entries that are not about the store are undefined, so that messages count as the manifest does. `now` is in ms.
 * Throws {@link EntryError} and {@link ValueError}.
 */
export function entriesFor(
  keys: readonly string[],
  data: readonly PushedEntry[],
  dataTo: readonly (DataTo | undefined)[],
  now: number,
): readonly Entry[] {
  const derived: Entry[] = [];
  for (const [index, rule] of dataTo.entries()) {
    if (rule === undefined) continue;
    const where = `dataTo[${index}]`;
    for (const next of within(where, () => derive(keys, rule, where, now))) {
      const other = derived.find(({ entry }) => placeOf(entry) === placeOf(next.entry));
      if (other !== undefined) throw duplicateOf(where, next, other);
      derived.push(next);
    }
  }
  const named = new Set(data.map(({ match }) => match.secretKey ?? ''));
  // What is said of a key one by one wins over what is said of many; the whole Secret, over bundles.
  const rest = derived.filter(({ entry }) => !named.has(entry.match.secretKey ?? ''));
  return unique([...data.map((entry) => ({ entry })), ...rest]);
}

/** The place in the backend, as `status.syncedPushSecrets` has it. */
export function placeOf({ match: { remoteRef } }: PushedEntry): string {
  return remoteRef.property ? `${remoteRef.remoteKey}/${remoteRef.property}` : remoteRef.remoteKey;
}

function derive(keys: readonly string[], rule: DataTo, where: string, now: number): readonly Entry[] {
  const { remoteKey, match, rewrite = [], metadata, conversionStrategy } = rule;
  const regex = match?.regexp ? compileRegex(match.regexp) : undefined;
  const matched = keys
    .map((key) => reverseKey(key, conversionStrategy))
    .filter((key) => regex === undefined || regex.test(key));
  const entryOf = (secretKey: string | undefined, name: string): PushedEntry => ({
    match: { ...(secretKey === undefined ? {} : { secretKey }), remoteRef: { remoteKey: name } },
    ...(metadata === undefined ? {} : { metadata }),
    conversionStrategy,
  });
  if (remoteKey) return matched.length === 0 ? [] : [{ entry: entryOf(undefined, remoteKey), only: matched }];
  const templates = keyTemplates(now);
  return matched.map((key) => {
    const [name = ''] = rewriteKeys(new Map([[key, new Uint8Array()]]), rewrite, templates).keys();
    if (name === '') throw new EntryError(`${where}: empty remote key produced for source key "${key}"`);
    return { entry: entryOf(key, name) };
  });
}

function duplicateOf(where: string, { entry }: Entry, other: Entry): EntryError {
  const { secretKey = '', remoteRef } = entry.match;
  return new EntryError(
    `${where}: duplicate remote key "${remoteRef.remoteKey}" from source key "${secretKey}" (conflicts with source key "${other.entry.match.secretKey ?? ''}")`,
  );
}

function unique(entries: readonly Entry[]): readonly Entry[] {
  const seen = new Map<string, PushedEntry>();
  for (const { entry } of entries) {
    const { secretKey = '', remoteRef } = entry.match;
    const place = JSON.stringify([remoteRef.remoteKey, remoteRef.property ?? '']);
    const other = seen.get(place);
    if (other !== undefined) {
      const property = remoteRef.property ? ` property "${remoteRef.property}"` : '';
      throw new EntryError(
        `duplicate remote key "${remoteRef.remoteKey}"${property}: source keys "${other.match.secretKey ?? ''}" and "${secretKey}" both map to the same destination`,
      );
    }
    seen.set(place, entry);
  }
  return entries;
}

/** Message and advice of what {@link entriesFor} threw, or undefined when it is none of these. */
export function entryProblem(error: unknown): { detail: string; advice?: string } | undefined {
  if (error instanceof EntryError) return { detail: error.message };
  return error instanceof ValueError ? { detail: error.message, advice: error.advice } : undefined;
}
