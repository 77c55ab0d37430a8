import { compareUtf8 } from '../../providers/kit/json/byte-text.ts';
import { convertKey } from '../../providers/kit/keys.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import { ValueError } from './errors.ts';

const foreign = /[^\p{L}\p{N}\-._]/u;
const maxLength = 253;

/**
 * The map without the empty key, once every key is fit for a Secret by ESO's rule (spec core 0.6). Throws
 * {@link ValueError} `KeyTooLong` or `KeyInvalid` for the first unfit key in sorted order.
 */
export function validateKeys(map: SecretMap): SecretMap {
  const valid: SecretMap = new Map();
  for (const [key, value] of sorted(map)) {
    if (key === '') continue;
    const bytes = Buffer.from(key);
    if (bytes.length > maxLength) {
      const start = bytes.subarray(0, maxLength).toString();
      throw new ValueError('KeyTooLong', { length: bytes.length, key: start });
    }
    const character = foreign.exec(key)?.[0];
    if (character !== undefined) throw new ValueError('KeyInvalid', { character, key });
    valid.set(key, value);
  }
  return valid;
}

/**
 * The map with what no key may hold replaced: by `_` (strategy `Default` or none) or `_U<hex>_` (`Unicode`); any other
 * strategy changes nothing. Throws {@link ValueError} `KeyCollision` when two keys become one.
 */
export function convertKeys(map: SecretMap, strategy = 'Default'): SecretMap {
  return renameKeys(map, (key) => convertKey(key, strategy));
}

/** A key with `_U<hex>_` turned back into its character (strategy `ReverseUnicode` of PushSecret); others change nothing. */
export function reverseKey(key: string, strategy: string | undefined): string {
  if (strategy !== 'ReverseUnicode') return key;
  return key.replace(/_U([0-9a-fA-F]{4,5})_/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)).toWellFormed(),
  );
}

/** The map with every key reversed. Throws {@link ValueError} `KeyCollision` when two keys become one. */
export function reverseKeys(map: SecretMap, strategy: string | undefined): SecretMap {
  return renameKeys(map, (key) => reverseKey(key, strategy));
}

function renameKeys(map: SecretMap, rename: (key: string) => string): SecretMap {
  const renamed: SecretMap = new Map();
  for (const [key, value] of sorted(map)) {
    const name = rename(key);
    if (renamed.has(name)) throw new ValueError('KeyCollision', { key: name });
    renamed.set(name, value);
  }
  return renamed;
}

function sorted(map: SecretMap): [string, Uint8Array][] {
  return [...map].sort(([a], [b]) => compareUtf8(a, b));
}
