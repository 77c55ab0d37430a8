import { readCa } from '../kit/ca.ts';
import type { Credentials } from '../kit/credentials.ts';
import { createHttpClient, type HttpClient } from '../kit/http.ts';
import type { ConnectDeps, StoreScope } from '../kit/provider.ts';
import type { Retry } from '../kit/retry.ts';
import type { VaultApi } from '../kit/vault/api.ts';
import { vaultConnection } from '../kit/vault/connection.ts';
import type { Lease, Session } from '../kit/vault/session.ts';
import { createVaultTransport, type VaultTransport } from '../kit/vault/transport.ts';
import { authenticate } from './auth/index.ts';
import { readYourWrites } from './read-your-writes.ts';
import type { VaultSpec } from './schema.ts';

/** One Vault with one identity. */
export interface OpenVault {
  readonly api: VaultApi;
  readonly session: Session;
  readonly namespace: string | undefined;
  readonly http: HttpClient;
}

/**
 * The way to a Vault. It logs in when it is first used, and tells of each login. Throws what reading the store's
 * credentials throws.
 */
export async function openVault(
  spec: VaultSpec,
  scope: StoreScope,
  deps: ConnectDeps,
  onLogin: (lease: Lease) => void = () => {},
): Promise<OpenVault> {
  const { credentials, now, retry } = deps;
  const [ca, certificate, authentication] = await Promise.all([
    readCa(spec, credentials),
    clientCertificate(spec, credentials),
    authenticate(spec.auth, { credentials, scope, server: spec.server, now }),
  ]);
  const own = authentication.kind === 'login' ? authentication.identity : undefined;
  const identity = own ?? certificate;
  const http = createHttpClient({
    ...(ca === undefined ? {} : { ca }),
    ...(identity === undefined ? {} : { identity }),
    ...(retry === undefined ? {} : { retry }),
  });
  const transport = consistent(createVaultTransport(spec.server, spec.headers ?? {}, http), spec, retry);
  const namespace = spec.namespace || undefined;
  const tokenNamespace = spec.auth?.namespace || namespace;
  const { api, session } = vaultConnection(transport, authentication, tokenNamespace, deps, onLogin);
  return { api, session, namespace, http };
}

/** Either flag asks for it; the replica is told to forward only when both do, as under ESO (spec providers 3.2). */
function consistent(transport: VaultTransport, spec: VaultSpec, retry: Retry | undefined): VaultTransport {
  if (!spec.readYourWrites && !spec.forwardInconsistent) return transport;
  const mode = spec.readYourWrites && spec.forwardInconsistent ? 'forward' : 'wait';
  // With retrySettings the HTTP client repeats a 412 as it does the rest.
  return readYourWrites(transport, mode, retry === undefined ? undefined : { maxRetries: 0 });
}

async function clientCertificate({ tls }: VaultSpec, credentials: Credentials) {
  if (tls?.certSecretRef === undefined || tls.keySecretRef === undefined) return undefined;
  const [cert, key] = await Promise.all([
    credentials.secret(tls.certSecretRef, 'tls.crt'),
    credentials.secret(tls.keySecretRef, 'tls.key'),
  ]);
  return { cert: Buffer.from(cert).toString(), key: Buffer.from(key).toString() };
}
