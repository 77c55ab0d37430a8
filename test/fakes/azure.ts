import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AzureFault, type AzureRequest, type FakeVault } from './azure-model.ts';
import { EntraFault, entra } from './azure-tokens.ts';
import { keyVault } from './azure-vault.ts';

/** The address of the fake's one vault, whatever the loopback address is where it listens. */
export const vaultUrl = 'https://team.vault.azure.net';

/** One vault, Entra ID and the metadata service of a node on loopback, as far as secrets are read and written with them. */
export interface FakeAzure extends Omit<ReturnType<typeof entra>, 'answer' | 'bearer' | 'refusal'> {
  readonly url: string;
  readonly vault: FakeVault;
  /** In order of arrival. */
  readonly calls: readonly AzureRequest[];
  /** Starts of the names that an application or identity may use; one that is empty also lists. */
  readonly grants: Map<string, readonly string[]>;
  /** Who may write what they may use. */
  readonly writers: Set<string>;
  /** What the vault says that tokens have to be for. */
  challenge: string;
  /** Lets each call whose `METHOD path` matches fail. */
  fail(pattern: RegExp, fault: AzureFault): void;
  heal(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts a {@link FakeAzure}. All of it shares one origin; the hosts differ at Azure. */
export async function startFakeAzure(): Promise<FakeAzure> {
  const vault: FakeVault = new Map();
  const grants = new Map<string, readonly string[]>();
  const writers = new Set<string>();
  const calls: AzureRequest[] = [];
  let faults: { pattern: RegExp; fault: AzureFault }[] = [];
  const { answer: giveToken, bearer, refusal, ...tokens } = entra();
  const serve = keyVault(vault, vaultUrl);
  const state = {
    challenge:
      'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"',
  };

  const answer = (request: AzureRequest): Answer => {
    const fault = faults.findLast(({ pattern }) => pattern.test(`${request.method} ${request.path}`));
    if (fault !== undefined) throw fault.fault;
    const token = giveToken(request);
    if (token !== undefined) return { status: 200, body: token };
    const principal = bearer(request.headers);
    if (principal === undefined) {
      // learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
      const error = { code: 'Unauthorized', message: 'AKV10000: Request is missing a Bearer or PoP token.' };
      return { status: 401, body: { error }, headers: { 'www-authenticate': state.challenge } };
    }
    const isAllowed = request.method === 'GET' || writers.has(principal);
    const may = (name: string) =>
      isAllowed && (grants.get(principal) ?? []).some((start) => name.startsWith(start));
    const result = serve(request, may);
    return result === undefined ? { status: 404, body: '<html>404</html>' } : { status: 200, body: result };
  };
  const refused = (error: unknown): Answer => {
    if (error instanceof EntraFault) return { status: 400, body: refusal(error) };
    if (!(error instanceof AzureFault)) throw error;
    const { status, code, inner, message } = error;
    const innererror = inner === undefined ? {} : { innererror: { code: inner } };
    return {
      status,
      body: { error: { code, message, ...innererror } },
      ...(status === 429 ? { headers: { 'retry-after': '7' } } : {}),
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
    const type = typeof body === 'string' ? 'text/html' : 'application/json; charset=utf-8';
    response
      .writeHead(status, { 'content-type': type, ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return Object.assign(state, {
    ...tokens,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    vault,
    calls,
    grants,
    writers,
    fail: (pattern: RegExp, fault: AzureFault) => void faults.push({ pattern, fault }),
    heal() {
      faults = [];
    },
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

async function read(incoming: IncomingMessage): Promise<AzureRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  const text = Buffer.concat(chunks).toString();
  const isForm = incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://fake');
  return {
    method: incoming.method ?? '',
    path: decodeURIComponent(pathname),
    query: searchParams,
    headers: incoming.headers,
    body: isForm ? Object.fromEntries(new URLSearchParams(text)) : text === '' ? {} : JSON.parse(text),
  };
}
