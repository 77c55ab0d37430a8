import { randomUUID } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** A field as the REST API has it. */
export interface FakeItem {
  itemId: number;
  fieldId: number;
  fieldName: string;
  slug: string;
  itemValue: string;
  isFile: boolean;
  fileAttachmentId: number;
  filename: string;
}

/** A secret as the REST API has it, as far as the provider uses it. */
export interface FakeSecret {
  id: number;
  name: string;
  folderId: number;
  secretTemplateId: number;
  siteId: number;
  active: boolean;
  items: FakeItem[];
}

/** A Secret Server, or a Delinea Platform before one. */
export interface FakeSecretServer extends FakeServer {
  readonly secrets: FakeSecret[];
  readonly files: Map<string, Uint8Array>;
  /** Names of the fields of every template. */
  readonly fields: string[];
  readonly users: Map<string, string>;
  readonly tokens: Set<string>;
  readonly logins: string[];
  put(name: string, values: Readonly<Record<string, string>>, folderId?: number): FakeSecret;
}

export async function startFakeSecretServer(
  kind: 'server' | 'platform' = 'server',
): Promise<FakeSecretServer> {
  const secrets: FakeSecret[] = [];
  const [files, users, tokens] = [
    new Map<string, Uint8Array>(),
    new Map<string, string>(),
    new Set<string>(),
  ];
  const [logins, fields]: [string[], string[]] = [[], ['data']];
  let made = 1000;
  const item = (slug: string, itemValue: string, fieldId = ++made): FakeItem => ({
    itemId: ++made,
    fieldId,
    fieldName: slug,
    slug,
    itemValue,
    isFile: false,
    fileAttachmentId: 0,
    filename: '',
  });
  const put = (name: string, values: Readonly<Record<string, string>>, folderId = 73): FakeSecret => {
    const items = Object.entries(values).map(([slug, value]) => item(slug, value));
    const secret = { id: ++made, name, folderId, secretTemplateId: 6098, siteId: 1, active: true, items };
    secrets.push(secret);
    return secret;
  };
  const granted = (): FakeAnswer => {
    const token = randomUUID();
    tokens.add(token);
    logins.push(token);
    return { body: { access_token: token, token_type: 'bearer', expires_in: 1199, refresh_token: 'unused' } };
  };
  const answer = (request: FakeRequest): FakeAnswer => {
    const { method, path, headers, body, query } = request;
    const route = `${method} /${path.join('/')}`;
    const given = new URLSearchParams(body.toString());
    switch (route) {
      // The health of both is asked for without a login (docs.delinea.com/online-help/secret-server: health check).
      case 'GET /api/v1/healthcheck':
        return kind === 'server'
          ? { body: { healthy: true, databaseHealthy: true } }
          : { status: 404, body: '' };
      case 'GET /health':
        return kind === 'platform' ? { body: 'Healthy' } : { status: 404, body: '' };
      // docs.delinea.com/online-help/secret-server/api-scripting/authentication
      case 'POST /oauth2/token':
        if (given.get('grant_type') !== 'password' || users.get(userOf(given)) !== given.get('password'))
          return { status: 400, body: { error: 'invalid_grant' } };
        return granted();
      // docs.delinea.com/online-help/platform-api/secret-server-apis-from-platform.htm
      case 'POST /identity/api/oauth2/token/xpmplatform':
        if (
          given.get('scope') !== 'xpmheadless' ||
          users.get(given.get('client_id') ?? '') !== given.get('client_secret')
        )
          return { status: 400, body: { error: 'invalid_client' } };
        return granted();
    }
    const token = (headers.authorization ?? '').replace(/^Bearer /, '');
    if (!tokens.has(token)) return says(401, 'Authentication failed or expired token.');
    if (route === 'GET /vaultbroker/api/vaults') return { body: vaults(server.url) };
    const [, , area, id, sub, slug] = path;
    if (area === 'secret-templates') return { body: template(Number(id), fields) };
    if (area !== 'secrets')
      return says(404, "No HTTP resource was found that matches the request URI '...'.");
    if (id === undefined) {
      if (method === 'GET') return searched(secrets, query);
      const { Name, FolderID, Items } = request.json as { Name: string; FolderID: number; Items: Written[] };
      const secret = put(Name, {}, FolderID);
      secret.items = fields.map((name, at) => {
        const written = Items.find((one) => one.FieldID === at + 1);
        return item(name, written?.ItemValue ?? '', at + 1);
      });
      return { body: secret };
    }
    const byPath = query.get('secretPath')?.split('/').at(-1);
    const secret = secrets.find((one) => (id === '0' ? one.name === byPath : String(one.id) === id));
    if (secret === undefined) return says(404, 'Secret not found', 'API_SecretNotFound');
    if (!secret.active) return says(400, 'Access Denied', 'API_AccessDenied');
    if (sub === 'fields') return { body: files.get(`${id}/${slug}`) ?? '' };
    if (method === 'DELETE') {
      secrets.splice(secrets.indexOf(secret), 1);
      return { body: { id: secret.id, objectType: 'Secret', responseCodes: [] } };
    }
    if (method === 'PUT') {
      const { Items } = request.json as { Items: Written[] };
      for (const one of secret.items)
        one.itemValue = Items.find(({ ItemID }) => ItemID === one.itemId)?.ItemValue ?? one.itemValue;
    }
    return { body: secret };
  };
  const server = await serveFake(answer);
  return { ...server, secrets, files, fields, users, tokens, logins, put };
}

interface Written {
  readonly ItemID: number;
  readonly FieldID: number;
  readonly ItemValue: string;
}

function userOf(given: URLSearchParams): string {
  const domain = given.get('domain');
  return `${domain === null ? '' : `${domain}\\`}${given.get('username')}`;
}

/** A search shows only what the user may see, without values. */
function searched(secrets: readonly FakeSecret[], query: URLSearchParams): FakeAnswer {
  const searched = query.get('paging.filter.searchText')?.toLowerCase() ?? '';
  const isExact = query.get('paging.filter.isExactMatch') === 'true';
  const records = secrets
    .filter(({ name }) => (isExact ? name.toLowerCase() === searched : name.toLowerCase().includes(searched)))
    .map(({ id, name, folderId }) => ({ id, name, folderId }));
  return { body: { records, skip: 0, take: 100, success: true } };
}

function template(id: number, fields: readonly string[]): object {
  return {
    id,
    name: 'Generic',
    fields: fields.map((name, at) => ({
      secretTemplateFieldId: at + 1,
      fieldSlugName: name,
      name,
      isFile: false,
      isRequired: false,
    })),
  };
}

/** The Platform's own example, with this server for its vault. */
const vaults = (url: string) => ({
  vaults: [
    {
      vaultId: '2d9c0c6e',
      name: 'GlobalDefaultVault',
      type: 'SecretServerCloud',
      isDefault: true,
      isGlobalDefault: true,
      isActive: true,
      connection: { url: `${url}/`, oAuthProfileId: '00000000' },
    },
  ],
});

const says = (status: number, message: string, errorCode?: string): FakeAnswer => ({
  status,
  body: { message, ...(errorCode === undefined ? {} : { errorCode }) },
});
