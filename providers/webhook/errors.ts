import { type ErrorDetails, ProviderError } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { retryAfterSeconds } from '../kit/retry-after.ts';

/**
 * The error of an answer that is no success (spec providers 9.3). A 404 says that the thing does not exist, as in ESO, unless
 * it is a page for people: that is what proxies, login walls and wrong paths answer, and deletionPolicy Delete acts on absence.
 */
export function answerError(answer: HttpAnswer, what: string): ProviderError {
  const { status, headers } = answer;
  const details: ErrorDetails = { status, what };
  if (status === 404)
    return isPage(answer)
      ? new ProviderError('Malformed', { status })
      : new ProviderError('NotFound', details);
  if (status === 401) return new ProviderError('LoginFailed', { status });
  if (status === 403) return new ProviderError('Denied', details);
  if (status === 409 || status === 412) return new ProviderError('Conflict', details);
  if (status === 429) {
    const retryAfter = retryAfterSeconds(headers);
    return new ProviderError('Throttled', { status, ...(retryAfter === undefined ? {} : { retryAfter }) });
  }
  if (status >= 500) return new ProviderError('Unavailable', { status });
  return new ProviderError('Rejected', details);
}

function isPage({ headers, bytes }: HttpAnswer): boolean {
  const start = Buffer.from(bytes.subarray(0, 100)).toString('latin1').trimStart().toLowerCase();
  return (
    /^(text\/html|application\/xhtml\+xml)/i.test(headers['content-type'] ?? '') ||
    /^<(!doctype|html)/.test(start)
  );
}
