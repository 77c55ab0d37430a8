import { createHash, createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { ProviderError } from '../kit/errors.ts';
import { signJwt } from '../kit/jwt.ts';
import { readPkcs12 } from './pkcs12.ts';

const lifetimeSeconds = 600;

/**
 * Signs assertions of an application with its certificate, which is PEM or PKCS#12
 * (learn.microsoft.com/entra/identity-platform/certificate-credentials). Throws `Misconfigured` for what is neither.
 */
export function certificateAssertion(
  file: Uint8Array,
): (client: string, audience: string, now: number) => string {
  const { certificate, key } = readFile(file);
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  return (client, audience, now) => {
    const seconds = Math.floor(now / 1000);
    const claims = {
      aud: audience,
      iss: client,
      sub: client,
      jti: randomUUID(),
      nbf: seconds - 60,
      iat: seconds,
      exp: seconds + lifetimeSeconds,
    };
    return signJwt({ alg: 'PS256', 'x5t#S256': thumbprint }, claims, key);
  };
}

function readFile(file: Uint8Array): { certificate: X509Certificate; key: KeyObject } {
  const found = fromPem(Buffer.from(file).toString()) ?? fromPkcs12(file);
  if (found?.key.asymmetricKeyType === 'rsa') return found;
  throw new ProviderError('Misconfigured', {
    what: 'clientCertificate holds no certificate with its RSA key, in PEM or as PKCS#12 without a password',
  });
}

/** The key may be PKCS#1 or PKCS#8; the certificate is the one that belongs to it. */
function fromPem(text: string) {
  try {
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
    const [keyBlock = ''] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/.exec(text) ?? [];
    const key = createPrivateKey(keyBlock);
    const certificate = blocks
      .map((block) => new X509Certificate(block))
      .find((one) => one.checkPrivateKey(key));
    return certificate === undefined ? undefined : { certificate, key };
  } catch {
    return undefined;
  }
}

function fromPkcs12(file: Uint8Array) {
  const { certificates = [], key } = readPkcs12(file) ?? {};
  const [certificate] = certificates;
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}
