import { createHmac } from 'node:crypto';
import { ProviderError } from '../kit/errors.ts';
import { generator, textValues } from '../kit/generator.ts';
import { K } from '../kit/schema.ts';

const algorithms: Readonly<Record<string, string>> = {
  sha1: 'sha1',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  sha512_256: 'sha512-256',
};

/** The algorithm of a manifest, whichever way it is written. ESO takes the field, and uses SHA-1 all the same. */
const algorithmOf = (name = 'sha1') => algorithms[name.toLowerCase().replace(/^sha-/, 'sha')];

/** A one-time password (RFC 6238), and the seconds for which it is good: `token`, `timeLeft`. */
export const mfa = generator({
  kind: 'MFA',
  description: 'Makes a time-based one-time password.',
  spec: K.object('How the password is made.', {
    secret: K.secretKeySelector('Secret key that holds the seed, in base32.'),
    length: K.optional(K.int('Digits of a password. Absent: 6.')),
    timePeriod: K.optional(K.int('Seconds for which a password is good. Absent: 30.')),
    algorithm: K.optional(K.string('sha1, sha256, sha384, sha512 or sha512_256. Absent: sha1.')),
    when: K.optional(K.time('The moment for which the password is made. Absent: now.')),
  }),
  problems: ({ length = 0, algorithm }) => [
    ...(length > 10 ? [{ path: 'length', message: 'a password has at most 10 digits' }] : []),
    ...(algorithmOf(algorithm) === undefined
      ? [{ path: 'algorithm', message: `must be one of ${Object.keys(algorithms).join(', ')}` }]
      : []),
  ],
  async generate({ secret, algorithm, when, ...spec }, { credentials, now }) {
    const length = spec.length !== undefined && spec.length > 0 ? spec.length : 6;
    const period = spec.timePeriod !== undefined && spec.timePeriod > 0 ? spec.timePeriod : 30;
    const seconds = Math.floor((when === undefined ? now() : Date.parse(when)) / 1000);
    const seed = fromBase32(Buffer.from(await credentials.secret(secret)).toString());
    if (seed === undefined)
      throw new ProviderError('Misconfigured', {
        what: `Secret ${secret.name} key ${secret.key} is not base32`,
      });
    return {
      values: textValues({
        token: hotp(seed, Math.floor(seconds / period), length, algorithmOf(algorithm) ?? 'sha1'),
        timeLeft: String(period - (seconds % period)),
      }),
    };
  },
});

/** RFC 4226, 5.3. */
function hotp(seed: Uint8Array, counter: number, length: number, algorithm: string): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac(algorithm, seed).update(message).digest();
  const offset = mac[mac.length - 1]! & 0xf;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** length).padStart(length, '0');
}

/** People write seeds with spaces and in small letters; padding may be there or not. */
function fromBase32(text: string): Uint8Array | undefined {
  const letters = text.replace(/[\s=]/g, '').toUpperCase();
  if (letters === '' || !/^[A-Z2-7]+$/.test(letters)) return undefined;
  const bits = [...letters].map((letter) => fiveBits(letter).toString(2).padStart(5, '0')).join('');
  return Uint8Array.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

function fiveBits(letter: string): number {
  return letter >= 'A' ? letter.charCodeAt(0) - 65 : Number(letter) + 24;
}
