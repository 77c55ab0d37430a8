import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsFault, type FakeSecret, type Operation } from './aws-model.ts';
import { parameterOperations } from './aws-parameters.ts';
import { secretOperations } from './aws-secrets.ts';
import { securityTokens } from './aws-tokens.ts';

/** Among {@link Grants}: what may be read may be written, too. */
export const canWrite = '(write)';

/** Starts of the names that somebody may read. */
export type Grants = readonly string[];

/** One call as it arrived. */
export interface FakeCall {
  readonly operation: string;
  readonly accessKeyId: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Secrets Manager, Parameter Store and STS on loopback, as far as they are read from and pushed to, with faults on demand. */
export interface FakeAws {
  readonly url: string;
  readonly secrets: Map<string, FakeSecret>;
  readonly parameters: Map<string, FakeSecret>;
  readonly calls: readonly FakeCall[];
  /** Long-lived credentials by access key id. */
  readonly users: Map<string, Grants>;
  /** Roles that anybody may assume, by ARN. */
  readonly roles: Map<string, Grants>;
  /** Lets each call of the operation fail. */
  fail(operation: string, fault: AwsFault): void;
  heal(): void;
  /** Every session that a role gave so far is expired from now on. */
  expireSessions(): void;
  /** Secret access keys and tokens that it gave. */
  credentials(): readonly string[];
  close(): Promise<void>;
}

/** Starts a {@link FakeAws}; signatures are not checked, access key ids and tokens are. */
export async function startFakeAws(): Promise<FakeAws> {
  const secrets = new Map<string, FakeSecret>();
  const parameters = new Map<string, FakeSecret>();
  const users = new Map<string, Grants>();
  const roles = new Map<string, Grants>();
  const sessions = new Map<string, { grants: Grants; token: string; expired: boolean }>();
  const given: string[] = [];
  const calls: FakeCall[] = [];
  const faults = new Map<string, AwsFault>();
  const operations: Readonly<Record<string, Operation>> = {
    ...secretOperations(secrets),
    ...parameterOperations(parameters),
  };

  const openSession = (arn: string) => {
    const grants = roles.get(arn);
    if (grants === undefined) throw new AwsFault('AccessDenied', undefined, 403);
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const [secretAccessKey, token] = [
      randomBytes(20).toString('base64url'),
      randomBytes(60).toString('base64url'),
    ];
    given.push(secretAccessKey, token);
    sessions.set(accessKeyId, { grants, token, expired: false });
    return { accessKeyId, secretAccessKey, token };
  };
  const grantsOf = ({ headers }: IncomingMessage, accessKeyId: string, sts: boolean): Grants => {
    const session = sessions.get(accessKeyId);
    if (session?.expired) throw sts ? new AwsFault('ExpiredToken') : new AwsFault('ExpiredTokenException');
    const token = headers['x-amz-security-token'];
    const grants = session === undefined ? users.get(accessKeyId) : session.grants;
    if (grants !== undefined && session?.token === token) return grants;
    if (sts) throw new AwsFault('InvalidClientTokenId', undefined, 403);
    throw new AwsFault('UnrecognizedClientException');
  };
  const tokens = securityTokens(openSession);

  const answer = async (request: IncomingMessage) => {
    const body = await text(request);
    const [, service, target] = /^(.*)\.(.*)$/.exec(String(request.headers['x-amz-target'] ?? '')) ?? [];
    const sts = service === undefined;
    const input = sts ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
    const operation: string = target ?? input.Action;
    const accessKeyId = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    calls.push({ operation, accessKeyId, input });
    try {
      const fault = faults.get(operation);
      if (fault !== undefined) throw fault;
      const signed = operation !== 'AssumeRoleWithWebIdentity';
      const grants = signed ? grantsOf(request, accessKeyId, sts) : [];
      if (sts) return { status: 200, type: 'text/xml', body: tokens.answer(operation, input) };
      const serve = operations[operation];
      if (serve === undefined) throw new AwsFault('UnknownOperationException');
      const reads = (name: string) => grants.some((start) => start !== canWrite && name.startsWith(start));
      const result = serve(input, Object.assign(reads, { write: grants.includes(canWrite) }));
      return { status: 200, type: 'application/x-amz-json-1.1', body: JSON.stringify(result) };
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      const { status, name, message } = error;
      if (sts) return { status, type: 'text/xml', body: tokens.fault(name, message) };
      const json = JSON.stringify({ __type: name, message });
      return { status, type: 'application/x-amz-json-1.1', body: json };
    }
  };

  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets,
    parameters,
    calls,
    users,
    roles,
    fail: (operation, fault) => void faults.set(operation, fault),
    heal: () => faults.clear(),
    expireSessions() {
      for (const session of sessions.values()) session.expired = true;
    },
    credentials: () => given,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
