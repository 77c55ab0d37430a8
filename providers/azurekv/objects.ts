import type { JsonWebKey } from '@azure/keyvault-keys';
import { ProviderError } from '../kit/errors.ts';
import type { VaultApi } from './api.ts';
import type { ObjectName } from './names.ts';

/** An object as it is read: its value, and what is said of it. */
export interface VaultObject {
  readonly value: Uint8Array;
  readonly properties: Properties;
}

/** The tags of an object and the moments of its life. */
export interface Properties {
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly expiresOn?: Date | undefined;
  readonly createdOn?: Date | undefined;
  readonly updatedOn?: Date | undefined;
  readonly notBefore?: Date | undefined;
  readonly contentType?: string | undefined;
}

/** Reads an object; `what` is its key in the manifest's words. Throws what {@link VaultApi.call} throws. */
export function readObject(
  api: VaultApi,
  { type, name }: ObjectName,
  version: string,
  what: string,
  signal: AbortSignal,
): Promise<VaultObject> {
  switch (type) {
    case 'secret':
      return readSecret(api, name, version, what, signal);
    case 'key':
      return readKey(api, name, version, what, signal);
    case 'cert':
      return readCertificate(api, name, version, what, signal);
  }
}

/** learn.microsoft.com/rest/api/keyvault/secrets/get-secret */
async function readSecret(api: VaultApi, name: string, version: string, what: string, signal: AbortSignal) {
  const { value, properties } = await api.call(
    'secret',
    { operation: 'GetSecret', what, signal },
    (client, options) => client.getSecret(name, { ...options, version }),
  );
  if (typeof value !== 'string') throw new ProviderError('Malformed', { what });
  return { value: Buffer.from(value), properties };
}

/** learn.microsoft.com/rest/api/keyvault/keys/get-key; the public part as JSON Web Key. */
async function readKey(api: VaultApi, name: string, version: string, what: string, signal: AbortSignal) {
  const { key, properties } = await api.call(
    'key',
    { operation: 'GetKey', what, signal },
    (client, options) => client.getKey(name, { ...options, version }),
  );
  if (key?.kty === undefined) throw new ProviderError('Malformed', { what });
  return { value: Buffer.from(jwkText(key)), properties };
}

/** learn.microsoft.com/rest/api/keyvault/certificates/get-certificate; the certificate in DER. */
async function readCertificate(
  api: VaultApi,
  name: string,
  version: string,
  what: string,
  signal: AbortSignal,
) {
  const call = { operation: 'GetCertificate', what, signal };
  const { cer, properties } = await api.call('cert', call, (client, options) =>
    version === ''
      ? client.getCertificate(name, options)
      : client.getCertificateVersion(name, version, options),
  );
  if (cer === undefined || cer.byteLength === 0) throw new ProviderError('Malformed', { what });
  return { value: new Uint8Array(cer), properties };
}

/** The fields in the order in which ESO writes them, numbers in base64url. */
function jwkText({ kid, kty, keyOps, n, e, crv, x, y }: JsonWebKey): string {
  const base64 = (bytes: Uint8Array | undefined) =>
    bytes === undefined ? undefined : Buffer.from(bytes).toString('base64url');
  return JSON.stringify({
    kid,
    kty,
    key_ops: keyOps,
    n: base64(n),
    e: base64(e),
    crv,
    x: base64(x),
    y: base64(y),
  });
}
