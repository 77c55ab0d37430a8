import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ProviderError } from './errors.ts';
import { member, stringOf } from './json/member.ts';
import type { JsonNode } from './json/tokenizer.ts';

/** The JSON key of a Google service account, as far as it signs. */
export interface GoogleKey {
  readonly email: string;
  /** Absent in keys that somebody has shortened. */
  readonly keyId: string | undefined;
  readonly privateKey: KeyObject;
}

/**
 * Reads a key (cloud.google.com/iam/docs/keys-create-delete); `what` names it in the manifest's words. Throws
 * `Misconfigured` for what is no such key.
 */
export function googleKey(key: JsonNode | undefined, what: string): GoogleKey {
  const email = stringOf(member(key, 'client_email'));
  const pem = stringOf(member(key, 'private_key'));
  const isKey = stringOf(member(key, 'type')) === 'service_account';
  if (!isKey || !email || !pem) throw unusable(`${what} is no JSON key of a service account`);
  const keyId = stringOf(member(key, 'private_key_id')) || undefined;
  return { email, keyId, privateKey: readKey(pem, what) };
}

function readKey(pem: string, what: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {}
  throw unusable(`${what} holds no usable private key`);
}

function unusable(what: string): ProviderError {
  return new ProviderError('Misconfigured', { what });
}
