import { constants, createHash, randomBytes, verify, type X509Certificate } from 'node:crypto';
import { type AzureRequest, remoteWords } from './azure-model.ts';

/** What Entra ID answers when it refuses (learn.microsoft.com/entra/identity-platform/reference-error-codes). */
export class EntraFault extends Error {
  readonly number: number;

  constructor(message: string, number: number) {
    super(message);
    this.number = number;
  }
}

/** An application: how it may prove that it is one. */
export interface FakeApplication {
  readonly secret?: string;
  readonly certificate?: X509Certificate;
  /** The token of a ServiceAccount. */
  readonly subject?: string;
}

const seconds = 3599;
const vaultResource = 'https://vault.azure.net';

/** Everything that gives tokens, and who they belong to. */
export function entra() {
  const applications = new Map<string, FakeApplication>();
  /** Managed identities by their client id; the empty one is the node's own. */
  const identities = new Map<string, string>();
  const issued = new Map<string, { principal: string; expired: boolean }>();

  const issue = (principal: string) => {
    const token = `eyJ0eXAiOiJKV1Qi.${randomBytes(48).toString('base64url')}`;
    issued.set(token, { principal, expired: false });
    return token;
  };
  const isProven = (
    application: FakeApplication,
    client: string,
    path: string,
    fields: AzureRequest['body'],
  ) => {
    const { secret, certificate, subject } = application;
    if (secret !== undefined) return fields.client_secret === secret;
    const assertion = String(fields.client_assertion ?? '');
    if (subject !== undefined) return assertion === subject;
    return certificate !== undefined && isSigned(assertion, certificate, client, path);
  };

  return {
    applications,
    identities,
    /** Who a request's token belongs to; undefined when it has none that is good. */
    bearer(headers: AzureRequest['headers']): string | undefined {
      const token = /^Bearer (.+)$/.exec(String(headers.authorization ?? ''))?.[1] ?? '';
      const known = issued.get(token);
      return known === undefined || known.expired ? undefined : known.principal;
    },
    issuedTokens: () => [...issued.keys()],
    expireAll() {
      for (const token of issued.values()) token.expired = true;
    },
    answer({ method, path, query, headers, body }: AzureRequest): object | undefined {
      // learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
      if (method === 'POST' && /^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path)) {
        const client = String(body.client_id);
        const application = applications.get(client);
        if (application === undefined) throw new EntraFault('unauthorized_client', 700016);
        if (!isProven(application, client, path, body)) throw new EntraFault('invalid_client', 7000215);
        if (body.scope !== `${vaultResource}/.default`) throw new EntraFault('invalid_scope', 70011);
        return {
          token_type: 'Bearer',
          expires_in: seconds,
          ext_expires_in: seconds,
          access_token: issue(client),
        };
      }
      // learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
      const isImds = path === '/metadata/identity/oauth2/token' && headers.metadata === 'true';
      const isAppService = path === '/msi/token' && headers['x-identity-header'] === 'app-service';
      if (!isImds && !isAppService) return undefined;
      const principal = identities.get(query.get('client_id') ?? '');
      if (principal === undefined || query.get('resource') !== vaultResource)
        throw new EntraFault('invalid_request', 0);
      const expires = Math.floor(Date.now() / 1000) + seconds;
      return {
        access_token: issue(principal),
        expires_in: String(seconds),
        expires_on: String(expires),
        not_before: String(expires - seconds),
        resource: vaultResource,
        token_type: 'Bearer',
      };
    },
    refusal: ({ message, number }: EntraFault) => ({
      error: message,
      error_description: `AADSTS${number}: ${remoteWords}`,
      ...(number === 0 ? {} : { error_codes: [number] }),
    }),
  };
}

/** learn.microsoft.com/entra/identity-platform/certificate-credentials */
function isSigned(assertion: string, certificate: X509Certificate, client: string, path: string): boolean {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  const part = (text: string) =>
    JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;
  const { alg, 'x5t#S256': thumbprint } = part(header);
  const { iss, sub, aud } = part(claims);
  const key = {
    key: certificate.publicKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  return (
    alg === 'PS256' &&
    thumbprint === createHash('sha256').update(certificate.raw).digest('base64url') &&
    iss === client &&
    sub === client &&
    aud === `https://login.microsoftonline.com${path}` &&
    verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))
  );
}
