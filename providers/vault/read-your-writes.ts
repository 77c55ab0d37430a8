import { type Retry, repeat } from '../kit/retry.ts';
import type { VaultRequest, VaultTransport } from '../kit/vault/transport.ts';

/** `wait`: the client asks again while a replica lags. `forward`: the replica passes the request on to the active node. */
export type ReadYourWrites = 'wait' | 'forward';

/** What a cluster of Vault Enterprise had stored when it answered; the server signs it, so it is sent back as it came. */
interface State {
  readonly text: string;
  readonly cluster: string;
  readonly local: bigint;
  readonly replicated: bigint;
}

/** Nodes of one cluster can be ahead of each other in one of two ways, so two states say it all. */
const maxStates = 2;

/**
 * A transport by which no request is answered from an older state than one before it: above all no read by a replica that
 * has not heard of the token yet. The states of the answers (`X-Vault-Index`) go with later requests, and 412 is asked again
 * (developer.hashicorp.com/vault/docs/enterprise/consistency).
 */
export function readYourWrites(
  transport: VaultTransport,
  mode: ReadYourWrites,
  retry: Retry = { maxRetries: 2, intervalMs: 1_000 },
): VaultTransport {
  let states: readonly State[] = [];
  const send = async (request: VaultRequest) => {
    const answer = await transport({
      ...request,
      headers: {
        ...(states.length === 0 ? {} : { 'x-vault-index': states.map(({ text }) => text) }),
        ...(mode === 'forward' ? { 'x-vault-inconsistent': 'forward-active-node' } : {}),
      },
    });
    for (const text of [answer.headers['x-vault-index'] ?? []].flat()) states = merged(states, text);
    return answer;
  };
  return (request) =>
    repeat(() => send(request), {
      retries: retry.maxRetries ?? 0,
      intervalMs: retry.intervalMs,
      isTransient: (outcome) => outcome.kind === 'value' && outcome.value.status === 412,
      signal: request.signal,
    });
}

/** The states that none of the others covers; only the new one when it is another cluster's. */
function merged(known: readonly State[], text: string): readonly State[] {
  const state = parse(text);
  if (known.some(({ cluster }) => cluster !== state.cluster)) return [state];
  if (known.some((other) => covers(other, state))) return known;
  return [...known.filter((other) => !covers(state, other)), state].slice(-maxStates);
}

function covers(a: State, b: State): boolean {
  return a.local >= b.local && a.replicated >= b.replicated;
}

/**
 * Base64 of `v1:<cluster>:<local index>:<replicated index>:<signature>`, as Vault's own client reads it. One of another form
 * cannot be compared, so it passes for another cluster's and replaces what is known.
 */
function parse(text: string): State {
  const plain = Buffer.from(text, 'base64').toString('latin1');
  const [, cluster = text, local = '0', replicated = '0'] =
    /^v1:([^:]+):(\d{1,20}):(\d{1,20}):[0-9a-f]*$/.exec(plain) ?? [];
  return { text, cluster, local: BigInt(local), replicated: BigInt(replicated) };
}
