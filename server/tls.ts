import { readFile } from 'node:fs/promises';
import type { SecureServerOptions } from 'node:http2';
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls';
import type { Log } from '../composite-controllers/lib/ports.ts';
import { watchFiles } from './watched-files.ts';

/** What the HTTPS server is made with: HTTP/2 and HTTP/1.1, TLS 1.2 and later. */
export type TlsOptions = SecureServerOptions;

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Certificates that sign clients; a client without one may still present a token. */
  readonly clientCaFile?: string;
}

/** The files of a server's certificate, and how they get into the server, now and after each rotation. */
export interface ServerCertificate {
  readonly options: TlsOptions;
  /** Follows the files from now on: new connections get the new certificate, existing ones stay. */
  follow(server: Server, log: Log, intervalMs: number): { stop(): void };
}

/** Reads a certificate. Rejects with a value-free text when the files are missing, broken or don't belong together. */
export async function loadCertificate(files: TlsFiles): Promise<ServerCertificate> {
  const { certFile, keyFile, clientCaFile } = files;
  const paths = [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])];
  const contents = await Promise.all(paths.map((path) => readFile(path))).catch(() => undefined);
  if (contents === undefined) throw new Error('a TLS file cannot be read');
  try {
    createSecureContext(contextOf(contents));
  } catch {
    throw new Error('the TLS certificate and key cannot be used, or do not belong together');
  }
  return {
    options: {
      ...contextOf(contents),
      allowHTTP1: true,
      requestCert: clientCaFile !== undefined,
      // Probes come without a certificate; `auth.ts` decides who may call a hook.
      rejectUnauthorized: false,
      // In MB. Node's 10 are for one browser; here one connection carries the calls of all workers.
      maxSessionMemory: 1_024,
    },
    follow: (server, log, intervalMs) =>
      watchFiles(
        paths,
        contents,
        intervalMs,
        (changed) => {
          const context = contextOf(changed);
          // A rotation may be seen half done, with the old key beside the new certificate. This throws then, before
          // the server has taken up any of it.
          createSecureContext(context);
          server.setSecureContext(context);
          log.info({}, 'the TLS certificate was read again');
        },
        () => log.warn({}, 'the TLS files cannot be used; the former certificate stays'),
      ),
  };
}

function contextOf([cert, key, ca]: readonly Buffer[]): SecureContextOptions {
  return { minVersion: 'TLSv1.2', cert, key, ...(ca === undefined ? {} : { ca }) };
}
