import { type Dict, strings } from '../../../../composite-controllers/template/values/value.ts';
import { toByteText } from '../../../../providers/kit/json/byte-text.ts';
import type { Family } from '../case.ts';
import type { Random } from '../random.ts';
import { document, objectDocument } from './documents.ts';
import { expression } from './notations.ts';
import * as pools from './pools.ts';

/** Names and values of JSON objects, and of what is none. Numbers beyond float64, where ESO fails, are not tried. */
export const object: Family = (random) => {
  const text = (random.once(8) ? document : objectDocument)(random, 'damaged');
  const rule = random.pick(['raw', 'decoded', 'encoded'] as const);
  return { ask: 'object', args: [rule, rule === 'raw' ? text : text.replace(/(e\+?)\d{3,}/gi, '$140')] };
};

const keys = [
  ...[
    'a',
    'foo',
    'foo-bar',
    'my/app/bar/password',
    'foodaloo',
    'team-a/service-1/db',
    'KEY_NAME',
    'x.y',
    '',
    'ä/ö',
    '日本語',
  ],
  ...['a b', 'aaa', 'ab\ncd', '😀foo😁', '$1', '.', '--', 'FOO', 'K', 'ſ', '/', '//', '0-1-2'],
].map(toByteText);

/** A key of a secret, UTF-8 always. */
export const key = (random: Random): string =>
  random.once(3)
    ? random.pick(keys)
    : random.once(2)
      ? random.some(8, () => random.pick([...'aabfox/-_.01'])).join('')
      : pools.utf8Text(random);

/** A map of texts under such keys. */
export function textMap(random: Random, limit: number, value: () => string): Dict {
  const entries = new Map(random.some(limit, () => [key(random), value()] as const));
  return { kind: 'map', element: 'string', entries };
}

/** Regular expressions over names, as in `find`. */
export const match: Family = (random) => ({
  ask: 'match',
  args: [expression(random), strings(Array.from({ length: 1 + random.below(8) }, () => key(random)))],
});

/** Values that are, or nearly are, Base64. */
export const decode: Family = (random) => {
  const text = Buffer.from(pools.text(random), 'latin1').toString(
    random.pick(['base64', 'base64', 'base64url']),
  );
  const at = random.below(text.length + 1);
  const value = random.pick([
    text,
    text.replace(/=+$/, ''),
    text.padEnd(Math.ceil(text.length / 4) * 4, '='),
    `${text.slice(0, at)}${random.pick(['\n', '\r\n', ' ', '=', '-', '_', '+', '\x00', 'é', '\xff', 'A'])}${text.slice(at)}`,
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, -1) + random.pick([...'ABQgwxyz019_-+/=']),
    pools.text(random),
  ]);
  const strategy = random.once(50)
    ? random.pick(['None', '', 'base64', 'Hex'])
    : random.pick(['Base64', 'Base64URL', 'Auto']);
  return { ask: 'decode', args: [strategy, value] };
};

/** Hashes of Secrets and metadata. */
export const hash: Family = (random) => ({
  ask: 'hash',
  args: [
    textMap(random, 6, () => pools.text(random)),
    textMap(random, 4, () => pools.utf8Text(random)),
    textMap(random, 4, () => pools.utf8Text(random)),
  ],
});

const units = ['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h', 's', 'm', 'h', 'd', '', 'H', 'sec'].map(
  toByteText,
);

/** Durations, mostly valid ones. */
export const duration: Family = (random) => {
  const digits = () =>
    random.once(12)
      ? random.pick([
          '9223372036854775807',
          '9223372036854775808',
          '99999999999999999999',
          '2562047',
          '9223372036',
        ])
      : String(random.below(random.pick([2, 60, 1000, 1_000_000])));
  const number = () =>
    random.pick([
      digits(),
      digits(),
      `${digits()}.${digits()}`,
      `.${digits()}`,
      `${digits()}.`,
      `0.${'0'.repeat(random.below(12))}${digits()}`,
    ]);
  const parts = Array.from({ length: 1 + random.below(3) }, () => number() + random.pick(units));
  const text = random.pick(['', '', '', '-', '+']) + parts.join('');
  return {
    ask: 'duration',
    args: [random.once(20) ? random.pick(['', '0', '-0', '+', '-', '.', '1', pools.utf8Text(random)]) : text],
  };
};
