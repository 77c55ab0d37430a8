import { ProviderError } from './errors.ts';
import { lookUp } from './json/gjson.ts';
import { explained } from './json/json-secret.ts';
import { objectIn } from './json/member.ts';
import { deleteProperty } from './json/sjson-delete.ts';
import type { SecretsClient } from './provider.ts';
import { equalBytes, pushedDocument, pushedValue } from './push.ts';

/** A backend that keeps one text under a key, and cannot say whose it is. */
export interface TextStore {
  /** The text that is there; undefined when the backend says that there is none. Throws when that cannot be told. */
  look(key: string, signal: AbortSignal): Promise<string | undefined>;
  create(key: string, text: string, signal: AbortSignal): Promise<void>;
  update(key: string, text: string, signal: AbortSignal): Promise<void>;
  remove(key: string, signal: AbortSignal): Promise<void>;
}

const utf8 = new TextEncoder();

/**
 * The writing half of a client of such a backend: a value replaces the text, a property is set in it, and what is there
 * already is not written again. A deletion takes the property, and the text with its last one.
 */
export function documentPushes(
  store: TextStore,
): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  return {
    async push(push, signal) {
      const { remoteKey } = push;
      const current = await store.look(remoteKey, signal);
      const there = current === undefined ? undefined : utf8.encode(current);
      const wanted = pushedDocument(push, pushedValue(push), there);
      if (there !== undefined && equalBytes(there, wanted)) return 'unchanged';
      const text = textToPush(wanted, remoteKey);
      await (there === undefined ? store.create : store.update)(remoteKey, text, signal);
      return 'written';
    },
    async delete({ remoteKey, property }, signal) {
      const current = await store.look(remoteKey, signal);
      if (current === undefined) return 'absent';
      if (!property) {
        await store.remove(remoteKey, signal);
        return 'deleted';
      }
      const rest = explained(() => deleteProperty(utf8.encode(current), property), remoteKey);
      if (rest === undefined) return 'absent';
      if (isEmptyObject(rest)) {
        await store.remove(remoteKey, signal);
        return 'deleted';
      }
      await store.update(remoteKey, textToPush(rest, remoteKey), signal);
      return 'property-deleted';
    },
    async exists({ remoteKey, property }, signal) {
      const current = await store.look(remoteKey, signal);
      if (current === undefined || !property) return current !== undefined;
      return explained(() => lookUp(current, property), remoteKey) !== undefined;
    },
  };
}

/** Throws `InvalidPush` for bytes that are no text. */
export function textToPush(bytes: Uint8Array, remoteKey: string): string {
  const text = Buffer.from(bytes).toString();
  if (equalBytes(Buffer.from(text), bytes)) return text;
  throw new ProviderError('InvalidPush', { what: `what goes to ${remoteKey} is no UTF-8 text` });
}

function isEmptyObject(document: Uint8Array): boolean {
  const object = objectIn(document);
  return object?.kind === 'object' && object.members.length === 0;
}
