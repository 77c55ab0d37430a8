import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type ByteText, fromByteText } from '../../../providers/kit/json/byte-text.ts';
import { parseJson } from '../../../providers/kit/json/tokenizer.ts';
import { pkcs8Of } from '../crypto/keys.ts';
import { pemOf } from '../crypto/pem.ts';
import { CallError } from '../errors.ts';
import { type FunctionTable, fn } from './signature.ts';

/** JSON web keys as PEM. */
export const jwkFunctions: FunctionTable = {
  jwkPublicKeyPem: fn(['string'], ([text]) => {
    const jwk = fields(text);
    // A private key is not made public by leaving out half of it: as in ESO, that is an error.
    if (jwk.d !== undefined) throw new CallError('InvalidJwk');
    return pemOf(
      'PUBLIC KEY',
      read(() => createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' })),
    );
  }),
  jwkPrivateKeyPem: fn(['string'], ([text]) => {
    const jwk = fields(text);
    return pemOf(
      'PRIVATE KEY',
      pkcs8Of(read((): KeyObject => createPrivateKey({ key: jwk, format: 'jwk' }))),
    );
  }),
};

/** The members of the key that are strings; all that make up a key are. */
function fields(text: ByteText): JsonWebKey {
  const { root } = read(() => parseJson(fromByteText(text)));
  if (root.kind !== 'object') throw new CallError('InvalidJwk');
  return Object.fromEntries(
    root.members.flatMap(({ name, value }) => (value.kind === 'string' ? [[name, value.text]] : [])),
  );
}

/** What goes wrong may name parts of the key, so it is not told. */
function read<T>(step: () => T): T {
  try {
    return step();
  } catch {
    throw new CallError('InvalidJwk');
  }
}
