import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FakeGcpSecrets, GcpFault, type GcpRequest } from './gcp-model.ts';
import { secretManager } from './gcp-secrets.ts';
import { OauthFault, tokenEndpoints } from './gcp-tokens.ts';

/** Google's APIs and metadata server on loopback, as far as secrets are read and written with them. */
export interface FakeGcp
  extends Omit<ReturnType<typeof tokenEndpoints>, 'answer' | 'bearer' | 'metadata' | 'refusal'> {
  readonly url: string;
  readonly secrets: FakeGcpSecrets;
  /** In order of arrival. */
  readonly calls: readonly GcpRequest[];
  /** Starts of the names (without what stands before) that a principal may use; `*` also lists. */
  readonly grants: Map<string, readonly string[]>;
  /** Principals that may write what they may use. */
  readonly writers: Set<string>;
  /** Lets each call whose `METHOD path` matches fail. */
  fail(pattern: RegExp, fault: GcpFault): void;
  heal(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts a {@link FakeGcp}. All APIs share its origin; their hosts differ at Google. */
export async function startFakeGcp(): Promise<FakeGcp> {
  const secrets: FakeGcpSecrets = new Map();
  const grants = new Map<string, readonly string[]>();
  const writers = new Set<string>();
  const calls: GcpRequest[] = [];
  let faults: { pattern: RegExp; fault: GcpFault }[] = [];
  const { answer: giveToken, bearer, metadata, refusal, ...tokens } = tokenEndpoints();
  const serve = secretManager(secrets);

  const mayOf = (principal: string, method: string) => (name: string) => {
    if (method !== 'GET' && !writers.has(principal)) return false;
    const key = name.replace(/^.*\/secrets\//, '');
    return (grants.get(principal) ?? []).some((start) => start === '' || key.startsWith(start));
  };
  const answer = (request: GcpRequest): Answer => {
    const attribute = /^\/computeMetadata\/v1\/(.+)$/.exec(request.path)?.[1];
    if (attribute !== undefined) {
      const body = request.headers['metadata-flavor'] === 'Google' ? metadata(attribute) : undefined;
      const headers = { 'metadata-flavor': 'Google', server: 'Metadata Server for VM' };
      return body === undefined ? { status: 404, body: '', headers } : { status: 200, body, headers };
    }
    const fault = faults.findLast(({ pattern }) => pattern.test(`${request.method} ${request.path}`));
    if (fault !== undefined) throw fault.fault;
    const token = giveToken(request);
    if (token !== undefined) return { status: 200, body: token };
    const result = serve(request, mayOf(bearer(request.headers), request.method));
    if (result === undefined)
      return { status: 404, body: '<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>' };
    return { status: 200, body: result };
  };
  const refused = (error: unknown): Answer => {
    if (error instanceof OauthFault) return { status: 400, body: refusal(error) };
    if (!(error instanceof GcpFault)) throw error;
    const { code, status, message } = error;
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: status, domain: 'googleapis.com' },
    ];
    const retry = { 'retry-after': '7' };
    return {
      status: code,
      body: { error: { code, message, status, details } },
      ...(code === 429 ? { headers: retry } : {}),
    };
  };

  const server = createServer(async (incoming, response) => {
    const request = await read(incoming);
    calls.push(request);
    let made: Answer;
    try {
      made = answer(request);
    } catch (error) {
      made = refused(error);
    }
    const { status, body, headers = {} } = made;
    const type = typeof body === 'string' ? 'text/html; charset=UTF-8' : 'application/json; charset=UTF-8';
    response
      .writeHead(status, { 'content-type': type, ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body, undefined, 2));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    ...tokens,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets,
    calls,
    grants,
    writers,
    fail: (pattern, fault) => void faults.push({ pattern, fault }),
    heal() {
      faults = [];
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<GcpRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  const text = Buffer.concat(chunks).toString();
  const isForm = incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://fake');
  return {
    method: incoming.method ?? '',
    path: decodeURIComponent(pathname),
    query: searchParams,
    host: incoming.headers.host ?? '',
    headers: incoming.headers,
    body: isForm ? Object.fromEntries(new URLSearchParams(text)) : text === '' ? {} : JSON.parse(text),
  };
}
