import { type KeyObject, randomBytes, verify } from 'node:crypto';
import { GcpFault, type GcpRequest, remoteWords } from './gcp-model.ts';

/** What an OAuth endpoint answers when it refuses (RFC 6749, 5.2). */
export class OauthFault extends Error {}

interface Issued {
  readonly principal: string;
  expired: boolean;
}

const expires = 3599;

/** Everything that gives tokens, and who they belong to. */
export function tokenEndpoints() {
  /** Public keys of service accounts, by their e-mail address. */
  const keys = new Map<string, KeyObject>();
  /** Who a foreign token belongs to. */
  const subjects = new Map<string, string>();
  /** Service accounts that anybody with a token may act as. */
  const accounts = new Set<string>();
  const issued = new Map<string, Issued>();
  let metadataPrincipal: string | undefined;

  const issue = (principal: string) => {
    const token = `ya29.${randomBytes(48).toString('base64url')}`;
    issued.set(token, { principal, expired: false });
    return token;
  };
  const bearer = (headers: GcpRequest['headers']): string => {
    const token = /^Bearer (.+)$/.exec(String(headers.authorization ?? ''))?.[1] ?? '';
    const known = issued.get(token);
    if (known === undefined || known.expired) throw new GcpFault('UNAUTHENTICATED');
    return known.principal;
  };

  /** developers.google.com/identity/protocols/oauth2/service-account#httprest */
  const jwtBearer = ({ assertion, grant_type: grant }: GcpRequest['body']) => {
    if (grant === 'refresh_token') return issue('a-person');
    const [header = '', claims = '', signature = ''] = String(assertion).split('.');
    const { iss, aud } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, string>;
    const key = keys.get(iss ?? '');
    const isSigned =
      key !== undefined &&
      verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'));
    if (!isSigned || aud !== 'https://oauth2.googleapis.com/token') throw new OauthFault('invalid_grant');
    return issue(iss ?? '');
  };
  /** cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token, and GKE's identitybindingtoken */
  const exchange = ({ subject_token: subject }: GcpRequest['body']) => {
    const principal = subjects.get(String(subject));
    if (principal === undefined) throw new OauthFault('invalid_grant');
    return issue(principal);
  };
  const oauth = (token: string) => ({ access_token: token, expires_in: expires, token_type: 'Bearer' });
  const exchanged = (token: string) => ({
    ...oauth(token),
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });

  return {
    keys,
    subjects,
    accounts,
    bearer,
    /** Whose tokens the metadata server gives; nobody's at first. */
    nodeIs(principal: string) {
      metadataPrincipal = principal;
    },
    issuedTokens: () => [...issued.keys()],
    expireAll() {
      for (const token of issued.values()) token.expired = true;
    },
    /** cloud.google.com/compute/docs/metadata/predefined-metadata-keys, cloud.google.com/compute/docs/access/authenticate-workloads */
    metadata(path: string): object | string | undefined {
      switch (path) {
        case 'project/project-id':
          return 'team';
        case 'instance/attributes/cluster-location':
          return 'europe-west3';
        case 'instance/attributes/cluster-name':
          return 'prod';
        case 'instance/service-accounts/default/token':
          return metadataPrincipal === undefined ? undefined : oauth(issue(metadataPrincipal));
        default:
          return undefined;
      }
    },
    answer({ path, headers, body }: GcpRequest): object | undefined {
      if (path === '/token') return oauth(jwtBearer(body));
      if (path === '/v1/token' || path === '/v1/identitybindingtoken') return exchanged(exchange(body));
      // cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
      const email = /^\/v1\/projects\/-\/serviceAccounts\/([^/]+):generateAccessToken$/.exec(path)?.[1];
      if (email === undefined) return undefined;
      bearer(headers);
      if (!accounts.has(email)) throw new GcpFault('PERMISSION_DENIED');
      const expireTime = new Date(Date.now() + expires * 1000).toISOString();
      return { accessToken: issue(email), expireTime };
    },
    refusal: ({ message }: OauthFault) => ({ error: message, error_description: remoteWords }),
  };
}
