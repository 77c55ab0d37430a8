import { randomUUID } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** A DevOps Secrets Vault with its secrets in memory, each a JSON text. */
export interface FakeDelinea extends FakeServer {
  /** Template of a store's addresses. */
  readonly urlTemplate: string;
  readonly secrets: Map<string, string>;
  /** Secrets of clients and the folders that they may read, by their ids. */
  readonly clients: Map<string, { readonly secret: string; readonly reads: string }>;
  /** Clients of the tokens that are good. */
  readonly tokens: Map<string, string>;
  readonly logins: string[];
}

/** The vault's own example (dsv.secretsvaultcloud.com/api#operation/getSecret). */
export const documentedSecret = {
  path: 'servers:us-east:server01',
  json: '{"host":"server01","password":"somepassword1","username":"administrator"}',
};

export async function startFakeDelinea(): Promise<FakeDelinea> {
  const secrets: FakeDelinea['secrets'] = new Map();
  const clients: FakeDelinea['clients'] = new Map();
  const tokens: FakeDelinea['tokens'] = new Map();
  const logins: string[] = [];
  const answer = ({ method, path, json, headers }: FakeRequest): FakeAnswer => {
    const [, version, resource, ...parts] = path;
    if (version !== 'v1') return { status: 404, body: 'not found' };
    if (method === 'POST' && resource === 'token') {
      // dsv.secretsvaultcloud.com/api#operation/token
      const client = clients.get(String(json.client_id));
      if (json.grant_type !== 'client_credentials' || client?.secret !== json.client_secret)
        return says(401, 'unable to authenticate');
      const accessToken = randomUUID();
      tokens.set(accessToken, String(json.client_id));
      logins.push(accessToken);
      return { body: { accessToken, tokenType: 'bearer', expiresIn: 3600 } };
    }
    const id = tokens.get((headers.authorization ?? '').replace(/^Bearer /, ''));
    if (id === undefined) return says(401, 'invalid token');
    const key = parts.map(decodeURIComponent).join('/');
    if (!key.startsWith(clients.get(id)?.reads ?? '-')) return says(403, 'Invalid permissions');
    const data = secrets.get(key);
    if (data === undefined) return says(404, 'unable to find item with specified identifier');
    const rest = JSON.stringify({
      id: randomUUID(),
      path: key,
      attributes: {},
      description: '',
      version: '0',
    });
    return {
      headers: { 'content-type': 'application/json' },
      body: `${rest.slice(0, -1)},"data":${data}}`,
    };
  };
  const server = await serveFake(answer);
  return { ...server, urlTemplate: `${server.url}/%s.%s/v1/%s%s`, secrets, clients, tokens, logins };
}

const says = (code: number, message: string): FakeAnswer => ({ status: code, body: { code, message } });
