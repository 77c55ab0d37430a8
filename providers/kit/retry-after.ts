import type { IncomingHttpHeaders } from 'node:http';

/** Seconds of a `Retry-After` header (RFC 9110, 10.2.3); a date counts from the answer's own `Date`, so no clock is needed. */
export function retryAfterSeconds(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const seconds = Math.ceil((Date.parse(value) - Date.parse(headers.date ?? '')) / 1000);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
