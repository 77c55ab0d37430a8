import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Static } from 'typebox';
import { generator, textValues } from '../kit/generator.ts';
import { K } from '../kit/schema.ts';
import { openSshPair } from './openssh.ts';

const spec = K.object('What the key is like.', {
  keyType: K.defaulted(K.enum('Algorithm of the key.', ['rsa', 'ecdsa', 'ed25519']), 'rsa'),
  keySize: K.optional(
    K.int(
      'Bits. rsa: 2048 unless given. ecdsa: 256, 384 or 521, and 256 for anything else. Ignored for ed25519.',
      { minimum: 256, maximum: 8192 },
    ),
  ),
  comment: K.optional(K.string('Comment in both keys.')),
});

const make = promisify(generateKeyPair);

/** A key pair in OpenSSH's formats: `privateKey`, `publicKey`. */
export const sshKey = generator({
  kind: 'SSHKey',
  description: 'Makes an SSH key pair.',
  spec,
  problems: ({ keyType, keySize, comment = '' }) => [
    // Less is no key by today's measure, and Go makes none either.
    ...((keyType ?? 'rsa') === 'rsa' && keySize !== undefined && keySize < 1024
      ? [{ path: 'keySize', message: 'an rsa key has at least 1024 bits' }]
      : []),
    // It would begin another line of authorized_keys.
    ...(/[\r\n]/.test(comment) ? [{ path: 'comment', message: 'must be one line' }] : []),
  ],
  async generate(spec) {
    return { values: textValues({ ...openSshPair(await newKey(spec), spec.comment ?? '') }) };
  },
});

/** In a thread of Node's pool: a big RSA key takes seconds. */
async function newKey({ keyType, keySize }: Static<typeof spec>): Promise<KeyObject> {
  switch (keyType) {
    case 'ed25519':
      return (await make('ed25519')).privateKey;
    case 'ecdsa': {
      const namedCurve = keySize === 384 ? 'P-384' : keySize === 521 ? 'P-521' : 'P-256';
      return (await make('ec', { namedCurve })).privateKey;
    }
    default:
      return (await make('rsa', { modulusLength: keySize ?? 2048 })).privateKey;
  }
}
