import { randomInt } from 'node:crypto';
import type { Static } from 'typebox';
import { generator } from '../kit/generator.ts';
import type { Problem } from '../kit/provider.ts';
import { K } from '../kit/schema.ts';

const lower = 'abcdefghijklmnopqrstuvwxyz';
const numerals = '0123456789';
const defaultSymbols = '~!@#$%^&*()_+`-={}|[]\\:"<>?,./';
const defaultLength = 24;
/** A Secret holds 1 MiB. */
const longest = 262_144;

const spec = K.object('What the passwords look like.', {
  length: K.defaulted(K.int('Characters of a password.'), defaultLength),
  digits: K.optional(K.int('How many of them are digits. Absent: a quarter.')),
  symbols: K.optional(K.int('How many of them are symbols. Absent: a quarter.')),
  symbolCharacters: K.optional(
    K.string(`The symbols to choose from; ${defaultSymbols} when it is absent or empty.`),
  ),
  noUpper: K.defaulted(K.bool('Leaves upper-case letters out.'), false),
  allowRepeat: K.defaulted(K.bool('Lets a character occur more than once.'), false),
  secretKeys: K.optional(
    K.list(
      'Keys that get a password each. Absent: one under the key password.',
      K.string(undefined, { minLength: 1 }),
      {
        minItems: 1,
      },
    ),
  ),
  encoding: K.defaulted(
    K.enum('How a password is encoded.', ['base64', 'base64url', 'base32', 'hex', 'raw']),
    'raw',
  ),
});

type Spec = Static<typeof spec>;

/** How many characters are drawn from which alphabet. */
interface Draw {
  readonly what: 'letters' | 'digits' | 'symbols';
  readonly count: number;
  readonly from: readonly string[];
}

/** Passwords of random characters, each under its key. */
export const password = generator({
  kind: 'Password',
  description: 'Makes random passwords.',
  spec,
  problems: passwordProblems,
  generate: async (spec) => ({
    values: new Map(keysOf(spec).map((key) => [key, encoded(makePassword(drawsOf(spec), spec), spec)])),
  }),
});

function passwordProblems(spec: Spec): Problem[] {
  const keys = keysOf(spec);
  const problems: Problem[] = [];
  if (new Set(keys).size < keys.length) problems.push({ path: 'secretKeys', message: 'must be unique' });
  if (lengthOf(spec) * keys.length > longest)
    problems.push({ path: 'length', message: `all passwords together may have ${longest} characters` });
  const [{ count: letters }] = drawsOf(spec);
  if (letters < 0)
    problems.push({ path: 'length', message: 'is less than the digits and symbols that are asked for' });
  for (const { what, count, from } of drawsOf(spec)) {
    const path = what === 'letters' ? 'length' : what;
    if (count < 0 && what !== 'letters') problems.push({ path, message: 'is negative' });
    else if (spec.allowRepeat !== true && count > from.length)
      problems.push({
        path,
        message: `needs ${count} different ${what}, and there are ${from.length}: set allowRepeat`,
      });
  }
  return problems;
}

function keysOf({ secretKeys }: Spec): readonly string[] {
  return secretKeys ?? ['password'];
}

function lengthOf({ length }: Spec): number {
  return length > 0 ? length : defaultLength;
}

function drawsOf(spec: Spec): [Draw, Draw, Draw] {
  const length = lengthOf(spec);
  const { digits = Math.floor(length / 4), symbols = Math.floor(length / 4), symbolCharacters } = spec;
  const letters = spec.noUpper === true ? lower : lower + lower.toUpperCase();
  return [
    { what: 'letters', count: length - digits - symbols, from: [...letters] },
    { what: 'digits', count: digits, from: [...numerals] },
    { what: 'symbols', count: symbols, from: [...(symbolCharacters || defaultSymbols)] },
  ];
}

function makePassword(draws: readonly Draw[], { allowRepeat }: Spec): string {
  const characters = draws.flatMap(({ count, from }) =>
    allowRepeat === true
      ? Array.from({ length: count }, () => from[randomInt(from.length)]!)
      : shuffled(from).slice(0, count),
  );
  return shuffled(characters).join('');
}

/** Every order is as likely as any other. */
function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

function encoded(text: string, { encoding }: Spec): Uint8Array {
  const bytes = Buffer.from(text);
  switch (encoding) {
    case 'base64':
    case 'hex':
      return Buffer.from(bytes.toString(encoding));
    case 'base64url':
      // Padded, as Go's URLEncoding.
      return Buffer.from(bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_'));
    case 'base32':
      return Buffer.from(base32(bytes));
    default:
      return bytes;
  }
}

const base32Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, 6, with padding. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = (bits.match(/.{1,5}/g) ?? []).map(
    (five) => base32Letters[parseInt(five.padEnd(5, '0'), 2)],
  );
  return letters.join('').padEnd(Math.ceil(letters.length / 8) * 8, '=');
}
