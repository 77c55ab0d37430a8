import { constants, type KeyObject, sign } from 'node:crypto';
import { member, objectIn } from './json/member.ts';

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

/** The end of a token (`exp`, RFC 7519, 4.1.4) in seconds since the epoch; undefined when it says none. Nothing is verified. */
export function jwtEnd(token: string): number | undefined {
  const claims = objectIn(Buffer.from(token.split('.')[1] ?? '', 'base64url'));
  const exp = member(claims, 'exp');
  const seconds = exp?.kind === 'number' ? Number(exp.text) : Number.NaN;
  return Number.isFinite(seconds) ? seconds : undefined;
}
