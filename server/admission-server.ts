import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type Admission, review } from '../composite-controllers/admission.ts';
import type { Log } from '../composite-controllers/lib/ports.ts';
import { failureFields } from './logger.ts';
import type { TlsOptions } from './tls.ts';

/** Two objects of at most 3 MiB, the one before and the one after, and what is around them. */
const maxBodyBytes = 8 * 1024 * 1024;
/** Below the 5 s for which the API server waits. */
const requestTimeoutMs = 4_000;
const maxConnections = 64;

/**
 * The validating webhook, for whoever installs its configuration: it answers AdmissionReviews and nothing else. It knows
 * nothing but what it is asked about and tells nothing else, so callers are not authenticated. What it cannot answer gets
 * an HTTP error, and the API server does then what the configuration's failurePolicy says.
 */
export function createAdmissionServer(tls: TlsOptions, admissions: readonly Admission[], log: Log): Server {
  const byPath = new Map(admissions.map((admission) => [admission.path, admission]));
  const { allowHTTP1: _, maxSessionMemory: __, ...options } = tls;
  const server = createServer(
    { ...options, requestCert: false, requestTimeout: requestTimeoutMs, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      answer(byPath, request, response).catch((error: unknown) => {
        log.error(failureFields(error), 'an admission review failed');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    },
  );
  server.maxConnections = maxConnections;
  return server;
}

async function answer(
  byPath: ReadonlyMap<string, Admission>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuse = (status: number) => void response.writeHead(status, { connection: 'close' }).end();
  const admission = byPath.get(request.url?.split('?')[0] ?? '');
  if (admission === undefined) return refuse(404);
  if (request.method !== 'POST') return refuse(405);
  const text = await bodyOf(request);
  if (text === undefined) return refuse(413);
  const answered = review(admission, parsed(text));
  if (answered === undefined) return refuse(400);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
