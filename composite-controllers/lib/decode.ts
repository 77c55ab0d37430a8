import { compareUtf8 } from '../../providers/kit/json/byte-text.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import { ValueError, within } from './errors.ts';

/**
 * A value decoded by `decodingStrategy` (spec core 0.6). `Auto` keeps what is neither Base64 nor Base64URL. Throws
 * {@link ValueError} `NotBase64` or `DecodingUnsupported`.
 */
export function decodeValue(value: Uint8Array, strategy = 'None'): Uint8Array {
  switch (strategy) {
    case 'None':
    case '':
      return value;
    case 'Base64':
      return required(fromBase64(value, standard));
    case 'Base64URL':
      return required(fromBase64(value, urlSafe));
    case 'Auto':
      return fromBase64(value, standard) ?? fromBase64(value, urlSafe) ?? value;
    default:
      throw new ValueError('DecodingUnsupported', { strategy });
  }
}

/** The map with every value decoded. Throws as {@link decodeValue}, naming the first such key in sorted order. */
export function decodeMap(map: SecretMap, strategy = 'None'): SecretMap {
  return new Map(
    sorted(map).map(([key, value]) => [
      key,
      within(`failure decoding key ${key}`, () => decodeValue(value, strategy)),
    ]),
  );
}

/** Throws {@link ValueError} `NullBytes` for the first key in sorted order with a zero byte, when the policy is `Fail`. */
export function refuseNullBytes(map: SecretMap, policy: string | undefined): void {
  if (policy !== 'Fail') return;
  for (const [key, value] of sorted(map)) if (value.includes(0)) throw new ValueError('NullBytes', { key });
}

function sorted(map: SecretMap): [string, Uint8Array][] {
  return [...map].sort(([a], [b]) => compareUtf8(a, b));
}

const standard = /^[A-Za-z0-9+/]*={0,2}$/;
const urlSafe = /^[A-Za-z0-9\-_]*={0,2}$/;

/** Go's strict decoder: padding required, CR and LF skipped, any other foreign byte refused; Buffer alone accepts anything. */
function fromBase64(value: Uint8Array, alphabet: RegExp): Uint8Array | undefined {
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    .toString('latin1')
    .replace(/[\r\n]+/g, '');
  if (text.length % 4 !== 0 || !alphabet.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function required(decoded: Uint8Array | undefined): Uint8Array {
  if (decoded === undefined) throw new ValueError('NotBase64');
  return decoded;
}
