import { constants, type KeyObject, sign } from 'node:crypto';

/** A JWT signed with an RSA key (RFC 7519; RS256 and PS256 of RFC 7518, 3.3 and 3.5). */
export function signJwt(
  header: Readonly<Record<string, string>> & { readonly alg: 'RS256' | 'PS256' },
  claims: Readonly<Record<string, string | number>>,
  key: KeyObject,
): string {
  const signed = `${part({ typ: 'JWT', ...header })}.${part(claims)}`;
  const padding =
    header.alg === 'PS256'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { padding: constants.RSA_PKCS1_PADDING };
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, ...padding }).toString('base64url')}`;
}

const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
