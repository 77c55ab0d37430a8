import { createPublicKey, randomUUID, verify } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** A secret as GitHub keeps it, opened. */
export interface FakeGithubSecret {
  value: Uint8Array;
  visibility?: string;
  repositories?: readonly number[];
}

/** GitHub with one app, and secrets by the path of their organization, repository or environment. */
export interface FakeGithub extends FakeServer {
  readonly secrets: Map<string, Map<string, FakeGithubSecret>>;
  readonly tokens: Set<string>;
  readonly given: string[];
  /** Whether the app may change secrets. */
  mayWrite: boolean;
}

/** GitHub's own example of a secret (docs.github.com/rest/actions/secrets#get-an-organization-secret). */
export const documentedSecret = {
  name: 'GH_TOKEN',
  created_at: '2019-08-10T14:59:22Z',
  updated_at: '2020-01-10T14:59:22Z',
  visibility: 'selected',
  selected_repositories_url: 'https://api.github.com/orgs/octo-org/actions/secrets/SUPER_SECRET/repositories',
};

/** `key` is the PEM of the app's public key; its id is 7, that of its installation 42. */
export async function startFakeGithub(key: string): Promise<FakeGithub> {
  await sodium.ready;
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  const key_id = '568250167242549743';
  const state: Omit<FakeGithub, keyof FakeServer> = {
    secrets: new Map(),
    tokens: new Set(),
    given: [],
    mayWrite: true,
  };

  const answer = ({ method, url, headers, json, query }: FakeRequest): FakeAnswer => {
    const bearer = (headers.authorization ?? '').replace(/^Bearer /, '');
    const path = new URL(url, 'http://x').pathname.replace(/^\/api\/v3/, '');
    if (path === '/app/installations/42/access_tokens') {
      if (!isSigned(bearer, key)) return says(401, 'A JSON web token could not be decoded');
      const token = `ghs_${randomUUID()}`;
      state.tokens.add(token);
      state.given.push(token);
      return { status: 201, body: { token, expires_at: new Date(Date.now() + 3_600_000).toISOString() } };
    }
    if (!state.tokens.has(bearer)) return says(401, 'Bad credentials');
    const [, owner = '', rest = ''] = /^(.*?\/secrets)(.*)$/.exec(path) ?? [];
    const secrets = state.secrets.get(owner);
    if (secrets === undefined) return says(404, 'Not Found');
    if (rest === '') return { body: { total_count: secrets.size, secrets: [] } };
    if (rest === '/public-key') return { body: { key_id, key: Buffer.from(publicKey).toString('base64') } };
    const [, name = '', area] = rest.split('/').map(decodeURIComponent);
    const found = secrets.get(name);
    if (method === 'PUT') {
      if (!state.mayWrite) return says(403, 'Resource not accessible by integration');
      if (!/^[A-Z_][A-Z0-9_]*$/i.test(name))
        return says(422, 'Secret names can only contain alphanumeric characters');
      if (json.key_id !== key_id) return says(422, 'key_id is not of this key');
      const sealed = Buffer.from(String(json.encrypted_value), 'base64');
      secrets.set(name, {
        value: sodium.crypto_box_seal_open(sealed, publicKey, privateKey),
        ...(typeof json.visibility === 'string' ? { visibility: json.visibility } : {}),
        repositories: (json.selected_repository_ids ?? []) as number[],
      });
      return { status: found === undefined ? 201 : 204 };
    }
    if (found === undefined) return says(404, 'Not Found');
    if (method === 'DELETE') {
      if (!state.mayWrite) return says(403, 'Resource not accessible by integration');
      secrets.delete(name);
      return { status: 204 };
    }
    if (area === 'repositories') {
      const [size, at] = [Number(query.get('per_page')), Number(query.get('page'))];
      const page = (found.repositories ?? []).slice((at - 1) * size, at * size);
      return { body: { total_count: 1, repositories: page.map((id) => ({ id })) } };
    }
    return { body: { ...documentedSecret, name, visibility: found.visibility } };
  };
  return Object.assign(state, await serveFake(answer));
}

/** docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
function isSigned(jwt: string, pem: string): boolean {
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const { iss, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}');
  const bytes = Buffer.from(`${header}.${claims}`);
  const isOurs = verify('sha256', bytes, createPublicKey(pem), Buffer.from(signature, 'base64url'));
  return isOurs && iss === '7' && exp - iat <= 600;
}

const says = (status: number, message: string): FakeAnswer => ({
  status,
  body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
});
