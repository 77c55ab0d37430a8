import { ProviderError } from './errors.ts';
import type { SecretMap } from './provider.ts';

const illegal = /[^\p{L}\p{N}\-._]/gu;

/**
 * The map with every character that no Secret key may hold replaced, by `_` or, for `Unicode`, by `_U<hex>_` (spec
 * providers 1.4). Only the providers that convert before the rewrite use it. Throws `Rejected` when two keys become one.
 */
export function convertFoundKeys(found: SecretMap, strategy: string | undefined): SecretMap {
  const replacement = (char: string) =>
    strategy === 'Unicode' ? `_U${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}_` : '_';
  const converted: SecretMap = new Map();
  for (const [key, value] of found) {
    const name = key.replace(illegal, replacement);
    if (converted.has(name))
      throw new ProviderError('Rejected', { what: `${name} (the key of two found secrets)` });
    converted.set(name, value);
  }
  return converted;
}
