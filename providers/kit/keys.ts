import { ProviderError } from './errors.ts';
import type { SecretMap } from './provider.ts';

const illegal = /[^\p{L}\p{N}\-._]/gu;

/**
 * The map with every character that no Secret key may hold replaced: by `_` (`Default` or none) or by `_U<hex>_`
 * (`Unicode`); any other strategy changes nothing. For the providers that convert before the rewrite (spec providers 1.4).
 * Throws `Rejected` when two keys become one.
 */
export function convertFoundKeys(found: SecretMap, strategy = 'Default'): SecretMap {
  const converted: SecretMap = new Map();
  for (const [key, value] of found) {
    const name = convertKey(key, strategy);
    if (converted.has(name))
      throw new ProviderError('Rejected', { what: `${name} (the key of two found secrets)` });
    converted.set(name, value);
  }
  return converted;
}

/** A key with what no Secret's key may hold replaced, by `conversionStrategy` (spec core 0.6). */
export function convertKey(key: string, strategy = 'Default'): string {
  if (strategy === 'Default' || strategy === '') return key.replace(illegal, '_');
  if (strategy !== 'Unicode') return key;
  return key.replace(illegal, (char) => `_U${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}_`);
}
