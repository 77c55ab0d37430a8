import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JsonNode, parseJson } from '../providers/kit/json/tokenizer.ts';
import {
  enveloped,
  type KvMount,
  kvVersion1,
  kvVersion2,
  memberOf,
  noContent,
  nothingThere,
  type Reply,
} from './vault-kv.ts';

/** `slow` answers rightly, but late; `half-body` cuts the right answer; `hang` never answers; `reset` ends the connection. */
export type VaultFault = keyof typeof madeUp | 'half-body' | 'hang' | 'reset' | { readonly slowMs: number };

/** A path below which a token may read; as `write` it may write and delete there, too. */
export type VaultGrant = string | { readonly write: string };

/** A Vault on the loopback interface, with its values in memory: for the demo and for tests on machines without Go. */
export interface LocalVault {
  readonly url: string;
  readonly rootToken: string;
  /** Requests so far by `METHOD /path`, escaped as they came; no values. */
  readonly requests: ReadonlyMap<string, number>;
  /** A token that may read only what lies below one of the paths (such as `secret/data/team/`). */
  createToken(grants: readonly VaultGrant[]): string;
  /** Every token but the root's is worth nothing from now on. */
  revokeTokens(): void;
  /** All requests under `/v1/` suffer from it; undefined ends it. */
  misbehave(fault: VaultFault | undefined): void;
  close(): Promise<void>;
}

export interface LocalVaultOptions {
  readonly port?: number;
  /** Mount paths and the versions of their KV engines; `secret` (v2) and `kv` (v1) by default. */
  readonly mounts?: Readonly<Record<string, 'v1' | 'v2'>>;
  /** Roles of `auth/kubernetes` and what they may do. Any JWT is taken. */
  readonly kubernetesRoles?: Readonly<Record<string, readonly VaultGrant[]>>;
  /** Lifetime of the tokens that logins give, in seconds. */
  readonly leaseSeconds?: number;
}

const madeUp = {
  forbidden: [403, '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}'],
  'html-404': [404, '<html><body>Nothing here, says the proxy</body></html>'],
  'wrong-mount': [404, '{"errors":["no handler for route \\"x\\". route entry not found."]}'],
  throttled: [429, '{"errors":["request path \\"x\\": rate limit quota exceeded"]}'],
  'server-error': [500, '{"errors":["internal error"]}'],
  sealed: [503, '{"errors":["Vault is sealed"]}'],
  garbage: [200, '\u0000{{{"data": nothing'],
} as const satisfies Record<string, Reply>;

const defaultMounts = { secret: 'v2', kv: 'v1' } as const;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  readonly body: JsonNode | undefined;
}

/** Starts a {@link LocalVault}; `port` 0 or absent takes a free one. */
export async function startLocalVault(options: LocalVaultOptions = {}): Promise<LocalVault> {
  const mounts = new Map<string, KvMount>();
  for (const [path, version] of Object.entries(options.mounts ?? defaultMounts)) {
    mounts.set(path, { version, secrets: new Map() });
  }
  const rootToken = newToken();
  const tokens = new Map<string, readonly VaultGrant[]>([[rootToken, [{ write: '' }]]]);
  const requests = new Map<string, number>();
  let fault: VaultFault | undefined;

  const issue = (grants: readonly VaultGrant[]) => {
    const token = newToken();
    tokens.set(token, grants);
    return token;
  };

  const handle = (request: Request): Reply => {
    const { method, path, token, body } = request;
    // developer.hashicorp.com/vault/api-docs/auth/kubernetes#login
    if (path === 'auth/kubernetes/login' && method === 'POST') {
      return login(body, options, issue);
    }
    const grants = tokens.get(token);
    if (grants === undefined) return [403, '{"errors":["permission denied"]}'];
    // developer.hashicorp.com/vault/api-docs/auth/token#lookup-a-token-self
    if (path === 'auth/token/lookup-self') return [200, enveloped('{"ttl":0,"type":"service"}')];
    // developer.hashicorp.com/vault/api-docs/auth/token#revoke-a-token-self
    if (path === 'auth/token/revoke-self' && method === 'POST') {
      tokens.delete(token);
      return noContent;
    }
    // Not documented, used by Vault's own CLI: which engine lies under a path.
    const asked = /^sys\/internal\/ui\/mounts\/(.*)$/.exec(path)?.[1];
    const mount = mountOf(mounts, asked ?? path);
    if (asked !== undefined) {
      if (mount === undefined) return madeUp.forbidden;
      return [200, enveloped(`{"options":{"version":"${mount.kv.version.slice(1)}"},"type":"kv"}`)];
    }
    // Vault looks up the policy of a list at the path with a final slash.
    const checked = isList(request) && !path.endsWith('/') ? `${path}/` : path;
    if (!grants.some((grant) => covers(grant, request, checked))) return madeUp.forbidden;
    return mount === undefined ? madeUp['wrong-mount'] : fromEngine(mount, request);
  };

  const server = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    const line = `${incoming.method} ${pathname}`;
    requests.set(line, (requests.get(line) ?? 0) + 1);
    respond(incoming, response, handle, fault).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rootToken,
    requests,
    createToken: issue,
    revokeTokens() {
      for (const token of tokens.keys()) if (token !== rootToken) tokens.delete(token);
    },
    misbehave(next) {
      fault = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function covers(grant: VaultGrant, request: Request, path: string): boolean {
  if (typeof grant !== 'string') return path.startsWith(grant.write);
  return path.startsWith(grant) && (request.method === 'GET' || isList(request));
}

function newToken(): string {
  return `hvs.${randomBytes(18).toString('base64url')}`;
}

function mountOf(
  mounts: ReadonlyMap<string, KvMount>,
  path: string,
): { at: string; kv: KvMount } | undefined {
  for (const [at, kv] of mounts) if (path === at || path.startsWith(`${at}/`)) return { at, kv };
  return undefined;
}

function login(
  body: JsonNode | undefined,
  { kubernetesRoles = {}, leaseSeconds = 3600 }: LocalVaultOptions,
  issue: (grants: readonly VaultGrant[]) => string,
): Reply {
  const role = memberOf(body, 'role');
  const jwt = memberOf(body, 'jwt');
  const grants = role?.kind === 'string' ? kubernetesRoles[role.text] : undefined;
  if (grants === undefined) return [400, '{"errors":["invalid role name"]}'];
  if (jwt?.kind !== 'string' || jwt.text === '') return madeUp.forbidden;
  const auth = `{"client_token":"${issue(grants)}","lease_duration":${leaseSeconds},"renewable":true,"token_type":"service"}`;
  return [200, enveloped('null', `"warnings":null,"auth":${auth}`)];
}

function isList({ method, query }: Request): boolean {
  return method === 'LIST' || (method === 'GET' && query.get('list') === 'true');
}

function fromEngine({ at, kv }: { at: string; kv: KvMount }, request: Request): Reply {
  const { query, path, body } = request;
  const method = isList(request) ? 'LIST' : request.method === 'PUT' ? 'POST' : request.method;
  const rest = path.slice(at.length + 1);
  return kv.version === 'v1'
    ? kvVersion1(kv, method, rest, body)
    : kvVersion2(kv, method, rest, body, query.get('version'));
}

async function respond(
  incoming: IncomingMessage,
  response: ServerResponse,
  handle: (request: Request) => Reply,
  fault: VaultFault | undefined,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const bytes: Buffer[] = [];
  for await (const chunk of incoming) bytes.push(chunk);
  const text = Buffer.concat(bytes);
  if (fault === 'hang') return;
  if (fault === 'reset') {
    incoming.socket.resetAndDestroy();
    return;
  }
  if (typeof fault === 'object') await sleep(fault.slowMs, undefined, { ref: false });
  const known = url.pathname.startsWith('/v1/');
  const made = typeof fault === 'string' && fault !== 'half-body' ? madeUp[fault] : undefined;
  const [status, body] = made ?? (known ? handle(parsed(incoming, url, text)) : nothingThere);
  const sent = Buffer.from(body);
  response.writeHead(status, {
    'content-type': body.startsWith('<') ? 'text/html' : 'application/json',
    'content-length': sent.byteLength,
    ...(status === 429 ? { 'retry-after': '7' } : {}),
  });
  if (fault === 'half-body') response.write(sent.subarray(0, sent.byteLength / 2), () => response.destroy());
  else response.end(sent);
}

function parsed(incoming: IncomingMessage, url: URL, body: Uint8Array): Request {
  return {
    method: incoming.method ?? 'GET',
    path: decodeURIComponent(url.pathname.slice('/v1/'.length)),
    query: url.searchParams,
    token: String(incoming.headers['x-vault-token'] ?? ''),
    body: body.byteLength === 0 ? undefined : parseJson(body).root,
  };
}
