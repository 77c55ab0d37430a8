import { connect } from 'node:net';
import { ProviderError } from '../kit/errors.ts';
import { proxyFor } from '../kit/proxy.ts';

/**
 * Whether somebody listens where the store's requests go: at the URL's host and port, or at the proxy on the way there. No
 * request is made, since nobody knows what one would do. `unknown` for a host that only a template tells. (ESO dials port 443
 * whatever the scheme, and past proxies; decision 34.)
 */
export async function dial(url: string, signal: AbortSignal): Promise<'ready' | 'unknown'> {
  const target = targetOf(url);
  if (target === undefined) return 'unknown';
  const proxy = proxyFor(target, process.env);
  const address = proxy === undefined ? target : (URL.parse(proxy) ?? target);
  const port = Number(address.port) || (address.protocol === 'https:' ? 443 : 80);
  const { promise, resolve, reject } = Promise.withResolvers<'ready'>();
  const socket = connect({ host: address.hostname.replace(/^\[(.*)\]$/, '$1'), port });
  const expire = () => reject(new ProviderError('Timeout'));
  signal.addEventListener('abort', expire, { once: true });
  socket.on('connect', () => resolve('ready'));
  socket.on('error', ({ code = '' }: NodeJS.ErrnoException) =>
    reject(new ProviderError('Unavailable', { backendCode: code })),
  );
  if (signal.aborted) expire();
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', expire);
    socket.destroy();
  }
}

/** The URL up to where its path begins, if nothing of that is a template. */
function targetOf(url: string): URL | undefined {
  const origin = /^\s*https?:\/\/[^/?#]*/i.exec(url)?.[0];
  return origin === undefined || origin.includes('{{') ? undefined : (URL.parse(origin) ?? undefined);
}
