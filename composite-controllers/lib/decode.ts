import type { SecretMap } from '../../providers/kit/provider.ts';
import { ValueError } from './errors.ts';

const alphabets = { Base64: /^[A-Za-z0-9+/]*={0,2}$/, Base64URL: /^[A-Za-z0-9_-]*={0,2}$/ } as const;

/** A value by its decodingStrategy (spec core 0.6): as strict as Go's decoders. Throws `DecodingFailed`, `DecodingUnsupported`. */
export function decodeValue(value: Uint8Array, strategy: string | undefined, key = ''): Uint8Array {
  switch (strategy ?? 'None') {
    case 'None':
    case '':
      return value;
    case 'Auto':
      return decoded(value, 'Base64') ?? decoded(value, 'Base64URL') ?? value;
    case 'Base64':
    case 'Base64URL': {
      const bytes = decoded(value, strategy as 'Base64' | 'Base64URL');
      if (bytes === undefined) throw new ValueError('DecodingFailed', { key, strategy: strategy! });
      return bytes;
    }
    default:
      throw new ValueError('DecodingUnsupported', { strategy: strategy! });
  }
}

/** {@link decodeValue} of every value. */
export function decodeMap(map: SecretMap, strategy: string | undefined): SecretMap {
  return new Map([...map].map(([key, value]) => [key, decodeValue(value, strategy, key)]));
}

/** Throws `NullByte` for the first key (sorted) whose value has a zero byte, when the policy is Fail. */
export function refuseNullBytes(map: SecretMap, policy: string | undefined): void {
  if (policy !== 'Fail') return;
  for (const key of [...map.keys()].sort()) {
    if (map.get(key)!.includes(0)) throw new ValueError('NullByte', { key });
  }
}

/** Padded and of that alphabet only; CR and LF are skipped, as Go does. */
function decoded(value: Uint8Array, strategy: 'Base64' | 'Base64URL'): Uint8Array | undefined {
  const text = Buffer.from(value)
    .toString('latin1')
    .replace(/[\r\n]/g, '');
  if (text.length % 4 !== 0 || !alphabets[strategy].test(text)) return undefined;
  return Buffer.from(text, strategy === 'Base64' ? 'base64' : 'base64url');
}
