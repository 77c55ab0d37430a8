import { hash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Log } from '../composite-controllers/lib/ports.ts';
import { watchFiles } from './watched-files.ts';

/** Decides whether a request comes from somebody known. */
export interface Authenticator {
  accepts(request: IncomingMessage): boolean;
  stop(): void;
}

/** Accepts everybody: `--insecure-no-auth`. */
export const noAuthentication: Authenticator = { accepts: () => true, stop() {} };

export interface AuthOptions {
  /** Files with one bearer token a line; every token of every file is accepted, so that old and new overlap. */
  readonly tokenFiles: readonly string[];
  /** Whether a client certificate that the TLS layer has verified is accepted, too. */
  readonly clientCertificates: 'accepted' | 'ignored';
  readonly log: Log;
  readonly intervalMs: number;
}

const shortestToken = 16;

/**
 * Bearer tokens and client certificates, either of which will do. Metacontroller never reloads its own credentials
 * (spec metacontroller 2.3), so rotation means that both tokens are valid for a while; files are read again as they change.
 * Rejects with a value-free text when there is no usable token and client certificates are ignored.
 */
export async function createAuthenticator(options: AuthOptions): Promise<Authenticator> {
  const { tokenFiles, clientCertificates, log, intervalMs } = options;
  const contents = await Promise.all(tokenFiles.map((path) => readFile(path))).catch(() => undefined);
  if (contents === undefined) throw new Error('a token file cannot be read');
  let digests = tokenFiles.length === 0 ? [] : digestsOf(contents);

  const watched = watchFiles(
    tokenFiles,
    contents,
    intervalMs,
    (changed) => {
      digests = digestsOf(changed);
      log.info({ tokens: digests.length }, 'tokens read again');
    },
    () => log.warn({}, 'the token files have no usable tokens; the former tokens stay valid'),
  );

  return {
    accepts: (request) =>
      hasToken(request.headers.authorization, digests) ||
      (clientCertificates === 'accepted' && hasClientCertificate(request)),
    stop: watched.stop,
  };
}

function digestsOf(contents: readonly Buffer[]): Buffer[] {
  const tokens = contents
    .flatMap((content) => content.toString('utf8').split('\n'))
    .map((line) => line.trim());
  const usable = tokens.filter((token) => token !== '');
  if (usable.length === 0) throw new Error('the token files hold no token');
  if (usable.some((token) => token.length < shortestToken))
    throw new Error(`a token is shorter than ${shortestToken} characters`);
  return usable.map(digest);
}

function hasToken(header: string | undefined, digests: readonly Buffer[]): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  if (given === undefined) return false;
  const offered = digest(given);
  // No early end: the time taken says nothing about which token matched.
  return digests.reduce((found, known) => timingSafeEqual(offered, known) || found, false);
}

const digest = (token: string) => hash('sha256', token, 'buffer');

function hasClientCertificate(request: IncomingMessage): boolean {
  const stream = (request as { stream?: { session?: { socket: unknown } } }).stream;
  const socket = (stream?.session?.socket ?? request.socket) as Partial<TLSSocket>;
  return socket.authorized === true;
}
