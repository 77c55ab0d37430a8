import { type ByteText, encodeRune } from '../../../providers/kit/json/byte-text.ts';
import type { Context } from '../context.ts';
import type { Environment } from '../environment.ts';
import { CallError } from '../errors.ts';
import { runes } from '../values/unicode.ts';
import { toIndex } from './convert.ts';
import { type FunctionTable, fn } from './signature.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

/** New texts by the generator of the environment. */
export const randomFunctions: FunctionTable = {
  randAlphaNum: fn(['int'], ([count], context) => randomText(letters + digits, count, context)),
  randAlpha: fn(['int'], ([count], context) => randomText(letters, count, context)),
  randNumeric: fn(['int'], ([count], context) => randomText(digits, count, context)),
  randAscii: fn(['int'], ([count], context) => randomText(ascii, count, context)),
  randBytes: fn(['int'], ([count], context) => {
    if (count < 0n) throw new CallError('NegativeCount');
    context.budget.make(toIndex(count));
    return Buffer.from(context.environment.randomBytes(toIndex(count))).toString('base64');
  }),
  shuffle: fn(['string'], ([text], { environment }) => shuffle(text, environment)),
  uuidv4: fn([], (_, { environment }) => uuid(environment)),
};

/** A negative count gives no text, as in Go. */
function randomText(alphabet: string, count: bigint, { environment, budget }: Context): ByteText {
  const length = Math.max(toIndex(count), 0);
  budget.make(length);
  budget.step(length >> 4);
  let result = '';
  // Bytes beyond the largest multiple of the alphabet would favour its first characters.
  const limit = 256 - (256 % alphabet.length);
  while (result.length < length)
    for (const byte of environment.randomBytes(Math.min(length - result.length + 16, 4096)))
      if (byte < limit && result.length < length) result += alphabet[byte % alphabet.length];
  return result;
}

/** A number from 0 up to and without the limit, each as likely. */
export function randomBelow(limit: bigint, { randomBytes }: Environment): bigint {
  const cut = (2n ** 64n / limit) * limit;
  for (;;) {
    const value = Buffer.from(randomBytes(8)).readBigUInt64BE();
    if (value < cut) return value % limit;
  }
}

function shuffle(text: ByteText, environment: Environment): ByteText {
  const characters = [...runes(text)].map(({ rune }) => encodeRune(rune));
  for (let last = characters.length - 1; last > 0; last--) {
    const other = Number(randomBelow(BigInt(last + 1), environment));
    [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
  }
  return characters.join('');
}

function uuid({ randomBytes }: Environment): ByteText {
  const bytes = Buffer.from(randomBytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
