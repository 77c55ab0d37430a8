import { ProviderError } from '../kit/errors.ts';
import { lookUp } from '../kit/json/gjson.ts';
import { JsonError } from '../kit/json/json-error.ts';
import { serialize } from '../kit/json/serialize.ts';
import { parseJson } from '../kit/json/tokenizer.ts';
import type { SecretsClient } from '../kit/provider.ts';
import { equalBytes, pushedDocument, pushedValue } from '../kit/push.ts';
import { entryName, type FakeEntries } from './entries.ts';

/**
 * The writing half of the client (spec providers 10). What stands in the store is never overwritten. Beyond ESO's fake,
 * which takes single keys only and deletes nothing, it does all that the contract knows, so that manifests can be tried.
 */
export function fakePushes(
  entries: FakeEntries,
): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  return {
    async push(push) {
      const name = entryName(push.remoteKey);
      const current = entries.get(name);
      if (current?.origin === 'store') throw new ProviderError('NotOwned', { what: push.remoteKey });
      const value = pushedDocument(push, pushedValue(push), current?.value);
      if (current !== undefined && equalBytes(current.value, value)) return 'unchanged';
      entries.set(name, { key: push.remoteKey, version: '', value, origin: 'pushed' });
      return 'written';
    },
    async delete({ remoteKey, property }) {
      const name = entryName(remoteKey);
      const current = entries.get(name);
      if (current === undefined) return 'absent';
      if (current.origin === 'store') return 'unmanaged';
      const rest = property ? without(current.value, property) : undefined;
      if (rest === 'absent') return 'absent';
      if (rest === undefined) entries.delete(name);
      else entries.set(name, { ...current, value: rest });
      return rest === undefined ? 'deleted' : 'property-deleted';
    },
    async exists({ remoteKey, property }) {
      const current = entries.get(entryName(remoteKey));
      return current !== undefined && (!property || lookUp(current.value, property) !== undefined);
    },
  };
}

/** The document without a member of its top level; undefined when nothing is left. */
function without(document: Uint8Array, property: string): Uint8Array | 'absent' | undefined {
  let root: ReturnType<typeof parseJson>['root'];
  try {
    root = parseJson(document).root;
  } catch (error) {
    if (error instanceof JsonError) return 'absent';
    throw error;
  }
  const members = root.kind === 'object' ? root.members : [];
  const rest = members.filter(({ name }) => name !== property);
  if (rest.length === members.length) return 'absent';
  if (rest.length === 0) return undefined;
  const style = { names: 'document', html: 'plain', numbers: 'text' } as const;
  return Buffer.from(serialize({ kind: 'object', members: rest, start: 0, end: 0 }, style));
}
