import { readCa } from '../kit/ca.ts';
import { answers, makeCall } from '../kit/calls.ts';
import type { Credentials } from '../kit/credentials.ts';
import { ProviderError } from '../kit/errors.ts';
import { createHttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import type { ConnectDeps, SecretsClient, StoreScope } from '../kit/provider.ts';
import type { Retry } from '../kit/retry.ts';
import { createVaultApi, login } from './api.ts';
import { authenticate } from './auth/index.ts';
import { failure, vaultBody } from './errors.ts';
import { findSecrets } from './find.ts';
import { type Kv, metadataDocument, readMetadata, readSecret } from './kv.ts';
import { vaultPushes } from './push.ts';
import { readYourWrites } from './read-your-writes.ts';
import type { VaultSpec } from './schema.ts';
import { createSession } from './session.ts';
import { createVaultTransport, type VaultTransport } from './transport.ts';

const revokeTimeoutMs = 5_000;

/** A client of one Vault with one identity. Logs in when it is first used. Throws what reading the store's credentials throws. */
export async function connectVault(
  spec: VaultSpec,
  scope: StoreScope,
  deps: ConnectDeps,
): Promise<SecretsClient> {
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
  const session = createSession(authentication, {
    now,
    login: (request) => login(transport, request, tokenNamespace, deps),
    revoke: async (token) => {
      // developer.hashicorp.com/vault/api-docs/auth/token#revoke-a-token-self
      const request = {
        method: 'POST',
        path: 'auth/token/revoke-self',
        token,
        timeoutMs: revokeTimeoutMs,
      } as const;
      const send = () =>
        transport({
          ...request,
          ...(tokenNamespace === undefined ? {} : { namespace: tokenNamespace }),
        });
      await makeCall(deps, { name: 'RevokeSelf' }, send, answers).catch(() => {});
    },
  });
  const api = createVaultApi(transport, session, tokenNamespace, deps);
  const kv: Kv = { engine: spec, api, namespace };

  return {
    async read(ref, signal) {
      const value =
        ref.metadata === true
          ? metadataDocument(await readMetadata(kv, ref.key, signal))
          : await readSecret(kv, ref, signal);
      if (value === undefined) throw new ProviderError('NotFound', { what: ref.key });
      return jsonSecret(value, { dots: 'exact-then-path', flatten: 'decoded', what: ref.key });
    },
    find: (query, signal) => findSecrets(kv, query, signal),
    ...vaultPushes(kv),
    async check(signal) {
      const answer = await api.lookUpToken(signal);
      const isVault = vaultBody(answer) !== undefined;
      if (answer.status === 200 && isVault) return 'ready';
      if (answer.status !== 403 || !isVault) throw failure(answer, 'the token of the store');
      // A login has proved itself; its policies need not allow it to look at its token.
      if (session.kind === 'login') return 'ready';
      throw new ProviderError('LoginFailed', { status: answer.status });
    },
    async close() {
      await session.close();
      http.close();
    },
  };
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
