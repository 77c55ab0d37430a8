import type { SecretMap } from '../../providers/kit/provider.ts';
import { ValueError } from './errors.ts';

const allowed = /^[\p{L}\p{Nd}\-._]$/u;
const maxKeyLength = 253;

/** Keys as a Secret may have them (spec core 0.6): other runes become `_` (Default) or `_Uxxxx_` (Unicode). Throws `KeyCollision`. */
export function convertKeys(map: SecretMap, strategy: string | undefined): SecretMap {
  const result: SecretMap = new Map();
  for (const [key, value] of map) {
    const converted = convertKey(key, strategy || 'Default');
    if (result.has(converted)) throw new ValueError('KeyCollision', { key: converted });
    result.set(converted, value);
  }
  return result;
}

/** The map without an empty key. Throws `KeyInvalid` for a key that a Secret cannot have. */
export function validateKeys(map: SecretMap): SecretMap {
  const result: SecretMap = new Map();
  for (const [key, value] of map) {
    if (key === '') continue;
    const isLegal = Buffer.byteLength(key) <= maxKeyLength && [...key].every((rune) => allowed.test(rune));
    if (!isLegal) throw new ValueError('KeyInvalid', { key });
    result.set(key, value);
  }
  return result;
}

function convertKey(key: string, strategy: string): string {
  if (strategy !== 'Default' && strategy !== 'Unicode') return key;
  return [...key].map((rune) => (allowed.test(rune) ? rune : replacement(rune, strategy))).join('');
}

function replacement(rune: string, strategy: 'Default' | 'Unicode'): string {
  return strategy === 'Default' ? '_' : `_U${rune.codePointAt(0)!.toString(16).padStart(4, '0')}_`;
}
