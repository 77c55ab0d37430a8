import type { ProviderErrorCode } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import type { Explained } from '../kit/rest.ts';

const loginRefused = 'failed to login to bitwarden using access token';

/**
 * The server's errors are plain text, 400 for whatever Bitwarden or its SDK says, whose own answer they quote:
 * `... Received error message from server: [404 Not Found] {...}`. That text decides about the code, and goes no further.
 */
export function explain({ headers, bytes }: HttpAnswer): Explained | undefined {
  if (!/^text\/plain\b/i.test(headers['content-type'] ?? '')) return undefined;
  const text = Buffer.from(bytes.subarray(0, 4_096)).toString();
  const isLogin = text.startsWith(loginRefused);
  if (!isLogin && !/^failed to |API error|^Missing Warden/.test(text)) return undefined;
  const quoted = /\[(\d{3}) [A-Z][A-Za-z ]*\]/.exec(text)?.[1];
  return { code: codeOf(Number(quoted ?? 0), isLogin, text) };
}

function codeOf(status: number, isLogin: boolean, text: string): ProviderErrorCode {
  if (status === 429) return 'Throttled';
  // The server runs, but Bitwarden is not well, or not reached.
  if (status >= 500 || (status === 0 && /error sending request|timed? ?out/i.test(text)))
    return 'Unavailable';
  if (isLogin || status === 401) return 'LoginFailed';
  if (status === 404) return 'NotFound';
  return status === 403 ? 'Denied' : 'Rejected';
}
