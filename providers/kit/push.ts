import { ProviderError } from './errors.ts';
import { decodeUtf8, toByteText } from './json/byte-text.ts';
import { JsonError } from './json/json-error.ts';
import { serializeStrings } from './json/serialize.ts';
import { setProperty } from './json/sjson.ts';
import type { Push, SecretMap } from './provider.ts';

/** The mark by which ESO and Keyhook know what they may change: a tag, a label or an entry of custom metadata. */
export const ownershipMark = { name: 'managed-by', value: 'external-secrets' } as const;

const utf8 = new TextEncoder();

/**
 * What is pushed: the bytes of the key, or the whole Secret as a JSON object of strings, in which bytes that are no UTF-8
 * become U+FFFD (spec providers 1.8). Throws `InvalidPush` for a key that is not there.
 */
export function pushedValue({ source, secretKey }: Push): Uint8Array {
  if (!secretKey) return wholeDocument(source.data);
  const value = source.data.get(secretKey);
  if (value === undefined)
    throw new ProviderError('InvalidPush', { what: `secretKey ${secretKey} does not exist` });
  return value;
}

/** All keys as compact JSON with sorted names and no HTML escapes. */
export function wholeDocument(data: SecretMap): Uint8Array {
  const texts = [...data].map(([key, bytes]) => [key, decodeUtf8(toByteText(bytes))] as const);
  return utf8.encode(serializeStrings(new Map(texts), 'plain'));
}

/**
 * The secret as it is to be in a backend that keeps whole documents: the value itself, or with a property the current
 * document with the value set there by the rules of sjson (spec providers 13.3). Throws `NotSettable` where ESO says
 * nothing and pushes nothing.
 */
export function pushedDocument(
  { remoteKey, property }: Pick<Push, 'remoteKey' | 'property'>,
  value: Uint8Array,
  current: Uint8Array = new Uint8Array(),
): Uint8Array {
  if (!property) return value;
  try {
    return setProperty(current, property, value);
  } catch (error) {
    if (error instanceof JsonError) throw new ProviderError('NotSettable', { what: remoteKey, property });
    throw error;
  }
}

/** Whether two values are the same to the byte. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
