import { type ErrorDetails, ProviderError } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { JsonError } from '../json/json-error.ts';
import { member } from '../json/member.ts';
import { type JsonNode, parseJson } from '../json/tokenizer.ts';
import { retryAfterSeconds } from '../retry-after.ts';

/**
 * The JSON object that Vault answered, or undefined when the answer cannot be Vault's: every body of its API has
 * `errors`, or `data` beside `request_id` (developer.hashicorp.com/vault/api-docs#error-response).
 */
export function vaultBody(answer: HttpAnswer): JsonNode | undefined {
  let root: JsonNode;
  try {
    root = parseJson(answer.bytes).root;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
  const isVaults = member(root, 'errors')?.kind === 'array' || member(root, 'request_id')?.kind === 'string';
  return isVaults ? root : undefined;
}

/** Whether Vault said no more than that it has nothing at the path. Vault 1.14 answers so for a foreign path of a mount too. */
export function saysNothingThere(answer: HttpAnswer): boolean {
  const errors = member(vaultBody(answer), 'errors');
  return answer.status === 404 && errors?.kind === 'array' && errors.items.length === 0;
}

/**
 * The error of an answer that is neither a value nor a statement of absence. Vault's own text decides about the code and
 * goes no further.
 */
export function failure(answer: HttpAnswer, what: string): ProviderError {
  const { status } = answer;
  const details: ErrorDetails = { status, what };
  if (status === 429) {
    const retryAfter = retryAfterSeconds(answer.headers);
    return new ProviderError('Throttled', { status, ...(retryAfter === undefined ? {} : { retryAfter }) });
  }
  // 412: a replica that has not caught up yet; 503: sealed, standby or in maintenance.
  if (status >= 500 || status === 412) return new ProviderError('Unavailable', { status });
  const body = vaultBody(answer);
  if (body === undefined || status < 400) return new ProviderError('Malformed', { status });
  if (status === 403) return new ProviderError('Denied', details);
  if (status === 404 && isWrongMount(body)) return new ProviderError('WrongMount', details);
  return new ProviderError('Rejected', details);
}

/** The error of a login that gave no token. */
export function loginFailure(answer: HttpAnswer): ProviderError {
  const error = failure(answer, 'the login');
  const refused = error.code === 'Denied' || error.code === 'WrongMount' || error.code === 'Rejected';
  return refused ? new ProviderError('LoginFailed', { status: answer.status }) : error;
}

/**
 * Vault 1.14 answers 404 with "no handler for route" where nothing is mounted (to a token whose policy covers the path, to
 * others 403), and 404 with `data: null` and a warning where a path does not suit version 2 of the KV engine.
 */
function isWrongMount(body: JsonNode): boolean {
  if (member(body, 'data')?.kind === 'null') return true;
  const errors = member(body, 'errors');
  return (
    errors?.kind === 'array' &&
    errors.items.some((item) => item.kind === 'string' && item.text.startsWith('no handler for route'))
  );
}
