import { ProviderError } from './errors.ts';
import { lookUp } from './json/gjson.ts';
import { explained } from './json/json-secret.ts';
import { objectIn } from './json/member.ts';
import { deleteProperty } from './json/sjson-delete.ts';
import type { SecretsClient } from './provider.ts';
import { equalBytes, pushedDocument, pushedValue } from './push.ts';

/** A backend that keeps bytes under a key, and cannot say whose they are. */
export interface ByteStore {
  /** What is there; undefined when the backend says that there is none. Throws when that cannot be told. */
  look(key: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Creates what is not `there`. */
  write(key: string, bytes: Uint8Array, signal: AbortSignal, there: boolean): Promise<void>;
  remove(key: string, signal: AbortSignal): Promise<void>;
}

/** The same of text. */
export interface TextStore {
  look(key: string, signal: AbortSignal): Promise<string | undefined>;
  create(key: string, text: string, signal: AbortSignal): Promise<void>;
  update(key: string, text: string, signal: AbortSignal): Promise<void>;
  remove(key: string, signal: AbortSignal): Promise<void>;
}

type Pushes = Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>>;

const utf8 = new TextEncoder();

/** {@link bytePushes} of a backend that keeps text. */
export function documentPushes(store: TextStore): Pushes {
  return bytePushes({
    async look(key, signal) {
      const text = await store.look(key, signal);
      return text === undefined ? undefined : utf8.encode(text);
    },
    write: (key, bytes, signal, there) =>
      (there ? store.update : store.create)(key, textToPush(bytes, key), signal),
    remove: store.remove,
  });
}

/**
 * The writing half of a client of such a backend: a value replaces what is there, a property is set in it, and what is there
 * already is not written again. A deletion takes the property, and the whole with its last one.
 */
export function bytePushes(store: ByteStore): Pushes {
  return {
    async push(push, signal) {
      const { remoteKey } = push;
      const current = await store.look(remoteKey, signal);
      const wanted = pushedDocument(push, pushedValue(push), current);
      if (current !== undefined && equalBytes(current, wanted)) return 'unchanged';
      await store.write(remoteKey, wanted, signal, current !== undefined);
      return 'written';
    },
    async delete({ remoteKey, property }, signal) {
      const current = await store.look(remoteKey, signal);
      if (current === undefined) return 'absent';
      if (!property) {
        await store.remove(remoteKey, signal);
        return 'deleted';
      }
      const rest = explained(() => deleteProperty(current, property), remoteKey);
      if (rest === undefined) return 'absent';
      if (isEmptyObject(rest)) {
        await store.remove(remoteKey, signal);
        return 'deleted';
      }
      await store.write(remoteKey, rest, signal, true);
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
