import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Randomness } from '../composite-controllers/template/work.ts';

/** The randomness of this process; new keys hold the thread for as long as they take. */
export const randomness: Randomness = {
  randomBytes,
  generateKey(type, bits) {
    const pair =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: bits })
        : generateKeyPairSync('dsa', { modulusLength: bits, divisorLength: 256 });
    return pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  },
};
