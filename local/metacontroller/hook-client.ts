import type { KubeApi } from '../../server/kube-api.ts';
import type { Clock } from './clock.ts';
import type { KeyRef, WebhookConfig } from './config.ts';
import { configMapType, secretType } from './discovery.ts';
import { TooManyRequests } from './errors.ts';
import { BodyFailure, httpTransport } from './http-transport.ts';

/** An HTTP answer of a hook; header names are in lower case. */
export interface HookReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly body: string;
}

/** Posts one request. In-process tests inject it, to call the hook without a socket; it must reject when the signal aborts. */
export type HookTransport = (
  path: string,
  body: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
) => Promise<HookReply>;

/** Calls one hook and returns the body of its 200; every other outcome throws (specification section 6). */
export type HookCall = (request: object, signal: AbortSignal) => Promise<string>;

/** A hook that is ready to be called. */
export interface Hook {
  readonly call: HookCall;
  close(): void;
}

/**
 * Resolves the credentials of a webhook, once as Metacontroller does (specification section 2.3), and returns its
 * client. Throws Metacontroller's text when they can't be resolved.
 */
export async function createHook(
  config: WebhookConfig,
  api: KubeApi,
  clock: Clock,
  transport?: HookTransport,
): Promise<Hook> {
  const { hook, url, timeoutMs } = config;
  const failed = (what: string) => (error: Error) => {
    throw new Error(
      `can't resolve endpoint config for ${hook} hook: can't resolve ${what}: ${error.message}`,
    );
  };
  const ca = await resolveCa(api, config.ca).catch(failed('caBundle'));
  const bearer = await resolveBearer(api, config.bearer).catch(failed('authorization'));
  const headers = { 'content-type': 'application/json', ...(bearer && { authorization: bearer }) };
  const { pathname, search } = new URL(url);
  const http = transport === undefined ? httpTransport(url, ca) : undefined;
  const post = http?.post ?? (transport as HookTransport);

  async function call(request: object, signal: AbortSignal): Promise<string> {
    const timeout = new AbortController();
    const cancel = clock.setTimer(() => timeout.abort(), timeoutMs);
    try {
      const both = AbortSignal.any([signal, timeout.signal]);
      const reply = await post(`${pathname}${search}`, JSON.stringify(request), both, headers);
      return readReply(reply, clock);
    } catch (error) {
      throw describe(error, url, signal.aborted, timeout.signal.aborted);
    } finally {
      cancel();
    }
  }

  return { call, close: () => http?.close() };
}

/** An answer that came, but not as a 200. */
class Refused extends Error {}

function readReply({ status, headers, body }: HookReply, clock: Clock): string {
  if (status === 429) throw new TooManyRequests(retryAfterSeconds(headers['retry-after'], clock.now()));
  if (status !== 200) throw new Refused(`unsupported status code: ${status} body: ${body}`);
  return body;
}

/** Seconds of a Retry-After header: an integer, or an RFC 1123 date rounded up; everything else is 0. */
export function retryAfterSeconds(header: string | string[] | number | undefined, now: number): number {
  const text = String((Array.isArray(header) ? header[0] : header) ?? '');
  if (/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [A-Z]+$/.test(text)) {
    return Math.ceil((Date.parse(text) - now) / 1000);
  }
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}

function describe(error: unknown, url: string, aborted: boolean, timedOut: boolean): Error {
  if (error instanceof TooManyRequests || error instanceof Refused) return error;
  if (error instanceof BodyFailure) {
    const why =
      aborted || timedOut
        ? 'context deadline exceeded (Client.Timeout or context cancellation while reading body)'
        : error.message;
    return new Error(`can't read response body: ${why}`);
  }
  const why = () => {
    if (aborted) return 'context canceled';
    if (timedOut) return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
    const { code, address, port, message } = error as NodeJS.ErrnoException & {
      address?: string;
      port?: number;
    };
    return code === 'ECONNREFUSED' ? `dial tcp ${address}:${port}: connect: connection refused` : message;
  };
  return new Error(`http error: Post "${url}": ${why()}`);
}

async function resolveBearer(api: KubeApi, ref: KeyRef | undefined): Promise<string | undefined> {
  if (ref === undefined) return undefined;
  const where = `${ref.namespace}/${ref.name}`;
  const secret = await api.get(secretType, ref.namespace, ref.name).catch((error: Error) => {
    throw new Error(`can't get authorization secret ${where}: ${error.message}`);
  });
  const value = (secret.data as Record<string, string> | undefined)?.[ref.key ?? ''];
  if (value === undefined) {
    throw new Error(`authorization secret ${where} does not contain key "${ref.key ?? ''}"`);
  }
  return `Bearer ${Buffer.from(value, 'base64').toString().trim()}`;
}

async function resolveCa(api: KubeApi, ca: WebhookConfig['ca']): Promise<string | undefined> {
  if (ca === undefined) return undefined;
  if (ca.from === 'inline') return ca.pem;
  const { name, namespace, key = 'ca.crt' } = ca.ref;
  const [type, kind] = ca.from === 'secret' ? [secretType, 'Secret'] : [configMapType, 'ConfigMap'];
  const where = `${kind} ${namespace}/${name}`;
  const object = await api.get(type, namespace, name).catch((error: Error) => {
    throw new Error(`caBundle: failed to get ${where}: ${error.message}`);
  });
  const value = (object.data as Record<string, string> | undefined)?.[key];
  if (value === undefined) throw new Error(`caBundle: key "${key}" not found in ${where}`);
  return ca.from === 'secret' ? Buffer.from(value, 'base64').toString() : value;
}
