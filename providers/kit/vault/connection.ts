import { answers, type CallDeps, makeCall } from '../calls.ts';
import type { ConnectDeps } from '../provider.ts';
import { createVaultApi, login, type VaultApi } from './api.ts';
import type { Authentication } from './method.ts';
import { createSession, type Lease, type Session } from './session.ts';
import type { VaultTransport } from './transport.ts';

/** One identity at the other end of a transport. */
export interface VaultConnection {
  readonly api: VaultApi;
  readonly session: Session;
}

const revokeTimeoutMs = 5_000;

/** Logs in when it is first used, in the token's namespace, and tells of each login. */
export function vaultConnection(
  transport: VaultTransport,
  authentication: Authentication,
  tokenNamespace: string | undefined,
  deps: CallDeps & Pick<ConnectDeps, 'now'>,
  onLogin: (lease: Lease) => void = () => {},
): VaultConnection {
  const session = createSession(authentication, {
    now: deps.now,
    async login(request) {
      const lease = await login(transport, request, tokenNamespace, deps);
      onLogin(lease);
      return lease;
    },
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
  return { api: createVaultApi(transport, session, tokenNamespace, deps), session };
}
