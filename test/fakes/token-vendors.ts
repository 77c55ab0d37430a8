import { createVerify, type KeyObject } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** How the vendors misbehave: every answer in place of theirs. */
export type Mischief = 'throttled' | 'broken' | 'page' | 'cut' | 'empty' | 'refused';

/** Vendors that give tokens, all on one server. What they say in errors must not get anywhere. */
export interface TokenVendors extends FakeServer {
  mischief: Mischief | undefined;
  /** Public key of the GitHub App with id 7. */
  githubKey: KeyObject | undefined;
  /** Deploy tokens of GitLab and tokens of Grafana that live, by the end of their path. */
  readonly alive: Set<string>;
  /** Service accounts of Grafana by name. */
  readonly accounts: Map<string, { id: number; name: string; login: string; role: string }>;
}

/** What no condition may repeat. */
export const remoteWords = 'the-vendor-speaks-of-secrets';
export const vendorNow = Date.parse('2026-03-01T10:00:00Z');
const hourFromNow = vendorNow / 1000 + 3_600;

export async function startTokenVendors(): Promise<TokenVendors> {
  const alive = new Set<string>();
  const accounts: TokenVendors['accounts'] = new Map();
  let next = 1_000;

  /** docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app */
  const github = ({ headers, path, json }: FakeRequest): FakeAnswer => {
    const jwt = headers.authorization?.replace(/^Bearer /, '') ?? '';
    const [head = '', claims = '', signature = ''] = jwt.split('.');
    const isSigned =
      vendors.githubKey !== undefined &&
      createVerify('sha256')
        .update(`${head}.${claims}`)
        .verify(vendors.githubKey, Buffer.from(signature, 'base64url'));
    const { iss, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}');
    const isNow = iat <= vendorNow / 1000 && exp > vendorNow / 1000 && exp - iat <= 600;
    if (!isSigned || iss !== '7' || !isNow) return { status: 401, body: { message: remoteWords } };
    if (path[2] !== '42') return { status: 404, body: { message: remoteWords } };
    const repositories = (json.repositories as string[] | undefined) ?? ['all'];
    return {
      status: 201,
      body: {
        token: `ghs_${repositories.join('_')}_${Object.keys(json.permissions ?? {}).join('_')}`,
        expires_at: new Date(hourFromNow * 1000).toISOString(),
      },
    };
  };

  /** docs.gitlab.com/api/deploy_tokens */
  const gitlab = ({ method, headers, path, json }: FakeRequest): FakeAnswer => {
    if (headers['private-token'] !== 'glpat') return { status: 401, body: { message: remoteWords } };
    const owner = `${path[2]}/${decodeURIComponent(path[3] ?? '')}`;
    if (!['projects/team/app', 'groups/8'].includes(owner))
      return { status: 404, body: { message: remoteWords } };
    if (method === 'DELETE')
      return alive.delete(`${owner}/${path[5]}`)
        ? { status: 204 }
        : { status: 404, body: { message: 'gone' } };
    const id = next++;
    alive.add(`${owner}/${id}`);
    const { username = `gitlab+deploy-token-${id}` } = json;
    return { status: 201, body: { id, name: json.name, username, token: `gldt-${id}`, scopes: json.scopes } };
  };

  /** grafana.com/docs/grafana/latest/developers/http_api/serviceaccount */
  const grafana = ({ method, headers, path, query, json }: FakeRequest): FakeAnswer => {
    const basic = `Basic ${Buffer.from('admin:pw').toString('base64')}`;
    if (headers.authorization !== 'Bearer glsa' && headers.authorization !== basic)
      return { status: 401, body: { message: remoteWords } };
    if (path[2] === 'search')
      return {
        body: {
          totalCount: accounts.size,
          serviceAccounts: [...accounts.values()].filter(({ name }) =>
            name.includes(query.get('query') ?? ''),
          ),
        },
      };
    if (path[2] === undefined) {
      const account = {
        id: next++,
        name: String(json.name),
        login: `sa-${json.name}`,
        role: String(json.role),
      };
      accounts.set(account.name, account);
      return { status: 201, body: account };
    }
    if (method === 'DELETE')
      return alive.delete(`${path[2]}/${path[4]}`)
        ? { body: { message: 'Service account token deleted' } }
        : { status: 404, body: { message: 'service account token not found' } };
    const id = next++;
    alive.add(`${path[2]}/${id}`);
    return { body: { id, name: json.name, key: `glsa_${id}_${json.secondsToLive ?? 'ever'}` } };
  };

  /** docs.projectquay.io/manage_quay.html#exchanging-oauth2-robot-account-token */
  const quay = ({ headers }: FakeRequest): FakeAnswer => {
    const expected = `Basic ${Buffer.from('team+robot:sa-token').toString('base64')}`;
    if (headers.authorization !== expected) return { status: 401, body: { error: remoteWords } };
    return { body: { token: jwt({ exp: hourFromNow }) } };
  };

  /** docs.cloudsmith.com/authentication/openid-connect */
  const cloudsmith = ({ path, json }: FakeRequest): FakeAnswer =>
    path[1] === 'acme' && json.service_slug === 'ci' && json.oidc_token === 'sa-token'
      ? { status: 201, body: { token: jwt({ exp: hourFromNow }) } }
      : { status: 400, body: { detail: remoteWords } };

  /** github.com/Azure/acr/blob/main/docs/AAD-OAuth.md, and Entra's token endpoint before it */
  const azure = ({ path, body }: FakeRequest): FakeAnswer => {
    const fields = new URLSearchParams(body.toString());
    if (path[2] === 'v2.0') {
      return fields.get('client_secret') === 'app-secret' &&
        fields.get('scope') === 'https://management.azure.com/.default'
        ? { body: { access_token: 'entra', expires_in: 3600 } }
        : { status: 401, body: { error: 'invalid_client', error_description: remoteWords } };
    }
    if (fields.get('service') !== 'team.azurecr.io') return { status: 404, body: { errors: [remoteWords] } };
    if (path[1] === 'exchange')
      return fields.get('access_token') === 'entra'
        ? { body: { refresh_token: jwt({ exp: hourFromNow, kind: 'refresh' }) } }
        : { status: 401, body: { errors: [] } };
    return { body: { access_token: jwt({ exp: hourFromNow, scope: fields.get('scope') }) } };
  };

  const answer = (request: FakeRequest): FakeAnswer => {
    switch (vendors.mischief) {
      case 'throttled':
        return { status: 429, headers: { 'retry-after': '7' }, body: { message: remoteWords } };
      case 'broken':
        return { status: 503, body: remoteWords };
      case 'refused':
        return { status: 403, body: { message: remoteWords } };
      case 'page':
        return { status: 404, headers: { 'content-type': 'text/html' }, body: `<html>${remoteWords}</html>` };
      case 'empty':
        return { body: {} };
      case 'cut':
        return { headers: { 'content-length': '1000' }, body: '{"token":' };
    }
    const [first] = request.path;
    if (first === 'app') return github(request);
    if (first === 'api' && request.path[1] === 'v4') return gitlab(request);
    if (first === 'api') return grafana({ ...request, path: request.path });
    if (first === 'openid') return cloudsmith(request);
    if (request.path[1] === 'federation') return quay(request);
    return azure(request);
  };
  const server = await serveFake(answer);
  const vendors: TokenVendors = {
    ...server,
    mischief: undefined,
    githubKey: undefined,
    alive,
    accounts,
  };
  return vendors;
}

/** Nobody checks the signature of what a vendor gives. */
export function jwt(claims: object): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.x`;
}
