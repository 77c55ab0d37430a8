import { type ByteText, decodeUtf8 } from '../../../providers/kit/json/byte-text.ts';
import { parseMoment } from '../time/parse.ts';
import { parseFloat64, parseInteger } from '../values/go-number.ts';

/** What a plain scalar stands for; a text stands for itself. */
export type Resolved =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'merge' }
  | { readonly kind: 'text' };

const words = new Map<string, Resolved>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, { kind: 'boolean', value: true }] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, { kind: 'boolean', value: false }] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { kind: 'null' }] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, { kind: 'float', value: Number.NaN }] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, { kind: 'float', value: Number.POSITIVE_INFINITY }] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map(
    (word) => [word, { kind: 'float', value: Number.NEGATIVE_INFINITY }] as const,
  ),
  ['<<', { kind: 'merge' }],
]);

const layouts = [
  '2006-1-2T15:4:5.999999999Z07:00',
  '2006-1-2t15:4:5.999999999Z07:00',
  '2006-1-2 15:4:5.999999999',
  '2006-1-2',
];

/** What go-yaml version 2, which follows YAML 1.1, takes a plain scalar for. */
export function resolvePlain(text: ByteText): Resolved {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.startsWith('.')) return float(text);
  if (!/^[-+0-9]/.test(text)) return { kind: 'text' };
  if (
    /^[0-9]{4}-/.test(text) &&
    layouts.some((layout) => parseMoment(layout, decodeUtf8(text)) !== undefined)
  )
    return { kind: 'timestamp' };
  const plain = text.replaceAll('_', '');
  const value = parseInteger(plain);
  if (value !== undefined && value >= -(2n ** 63n) && value < (plain.startsWith('+') ? 2n ** 63n : 2n ** 64n))
    return { kind: 'integer', value };
  return /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(plain)
    ? float(plain)
    : { kind: 'text' };
}

function float(text: ByteText): Resolved {
  const value = parseFloat64(text);
  return value === undefined ? { kind: 'text' } : { kind: 'float', value };
}
