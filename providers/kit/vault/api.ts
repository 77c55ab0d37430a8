import { answers, type CallDeps, makeCall } from '../calls.ts';
import { ProviderError } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { member } from '../json/member.ts';
import { loginFailure, vaultBody } from './errors.ts';
import { hasDots, urlPath } from './paths.ts';
import type { Lease, Session } from './session.ts';
import type { VaultRequest, VaultTransport } from './transport.ts';

/** A read of Vault, with the token of the client. */
export interface VaultGet {
  /** Not yet escaped, below `/v1/`. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[] | Readonly<Record<string, string>>;
  /** Label of `externalsecret_provider_api_calls_count`. */
  readonly call: string;
  /** The key or field of the manifest that the read is for. */
  readonly what: string;
  readonly namespace?: string | undefined;
  readonly signal: AbortSignal;
}

/** A write or deletion, in the same way. */
export interface VaultWrite extends VaultGet {
  readonly method: 'POST' | 'DELETE';
  /** JSON text: numbers of what is written back keep their spelling. */
  readonly body?: string;
}

/** Any whole answer resolves. A token that is refused is replaced once. */
export interface VaultApi {
  /** Throws `LoginFailed` when the refused token was given, and worked before. */
  get(request: VaultGet): Promise<HttpAnswer>;
  write(request: VaultWrite): Promise<HttpAnswer>;
  /** What Vault knows of the client's own token. */
  lookUpToken(signal: AbortSignal): Promise<HttpAnswer>;
}

/** developer.hashicorp.com/vault/api-docs/auth/token#lookup-a-token-self */
const lookupSelf = {
  path: 'auth/token/lookup-self',
  call: 'LookupSelf',
  what: 'the token of the store',
};

const loginTimeoutMs = 10_000;

export function createVaultApi(
  transport: VaultTransport,
  session: Session,
  tokenNamespace: string | undefined,
  deps: CallDeps,
): VaultApi {
  const once = (sent: VaultGet | VaultWrite, token: string | undefined) => {
    const { path, query, call, what, namespace, signal } = sent;
    const parameters =
      query === undefined
        ? ''
        : `?${new URLSearchParams(query as ConstructorParameters<typeof URLSearchParams>[0])}`;
    const request: VaultRequest = {
      method: 'method' in sent ? sent.method : 'GET',
      path: `${urlPath(path, what)}${parameters}`,
      what,
      signal,
      ...(token === undefined ? {} : { token }),
      ...(namespace === undefined ? {} : { namespace }),
      ...('body' in sent && sent.body !== undefined ? { body: sent.body } : {}),
    };
    return makeCall(deps, { name: call, signal }, () => transport(request), answers);
  };
  // Policies need not let a token look at itself; only where one could is a refusal to look a sign of its death.
  let mayLook = false;
  const look = async (token: string | undefined, signal: AbortSignal) => {
    const answer = await once({ ...lookupSelf, namespace: tokenNamespace, signal }, token);
    mayLook ||= answer.status === 200;
    return answer;
  };
  const isDead = async (token: string | undefined, signal: AbortSignal) =>
    (await look(token, signal)).status === 403 && mayLook;

  const send = async (request: VaultGet | VaultWrite) => {
    const { signal } = request;
    const token = await session.token();
    const answer = await once(request, token);
    if (answer.status !== 403) return answer;
    const replacement = await session.replacement(token, () => isDead(token, signal));
    if (replacement !== undefined) return once(request, replacement);
    // Nobody renews a given token: once it is dead, the whole store is.
    if (session.kind === 'token' && (await isDead(token, signal))) {
      throw new ProviderError('LoginFailed', { status: answer.status });
    }
    return answer;
  };

  return {
    get: send,
    write: send,
    async lookUpToken(signal) {
      const token = await session.token();
      const answer = await look(token, signal);
      if (answer.status !== 403 || !mayLook) return answer;
      const replacement = await session.replacement(token, async () => true);
      return replacement === undefined ? answer : look(replacement, signal);
    },
  };
}

/** Logs in (developer.hashicorp.com/vault/api-docs/auth). Throws `LoginFailed`, or what {@link loginFailure} makes of the answer. */
export async function login(
  transport: VaultTransport,
  request: { readonly path: string; readonly body: object },
  namespace: string | undefined,
  deps: CallDeps,
): Promise<Lease> {
  if (hasDots(request.path))
    throw new ProviderError('Misconfigured', { what: 'the path of auth must not have the parts . and ..' });
  const sent: VaultRequest = {
    method: 'POST',
    path: urlPath(request.path, 'the path of the auth method'),
    body: request.body,
    // Many reads may wait for it, so it heeds none of their signals.
    timeoutMs: loginTimeoutMs,
    ...(namespace === undefined ? {} : { namespace }),
  };
  const answer = await makeCall(deps, { name: 'Login' }, () => transport(sent), answers);
  if (answer.status !== 200) throw loginFailure(answer);
  const auth = member(vaultBody(answer), 'auth');
  const token = member(auth, 'client_token');
  if (token?.kind !== 'string') throw new ProviderError('Malformed', { status: answer.status });
  // An empty token asks for a second factor, which a store cannot give.
  if (token.text === '') throw new ProviderError('LoginFailed', { status: answer.status });
  const seconds = member(auth, 'lease_duration');
  const type = member(auth, 'token_type');
  return {
    token: token.text,
    seconds: seconds?.kind === 'number' ? Number(seconds.text) : 0,
    revocable: !(type?.kind === 'string' && type.text === 'batch'),
  };
}
