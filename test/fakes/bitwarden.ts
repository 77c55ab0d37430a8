import { randomUUID } from 'node:crypto';
import { type FakeAnswer, type FakeRequest, type FakeServer, serveFake } from './serve.ts';

/** A secret as bitwarden-sdk-server shows it. */
export interface FakeSecret {
  id: string;
  key: string;
  value: string;
  note: string;
  organizationId: string;
  projectId?: string;
  creationDate: string;
  revisionDate: string;
}

/** A bitwarden-sdk-server before a Bitwarden with one organization and one machine account. */
export interface FakeBitwarden extends FakeServer {
  readonly secrets: FakeSecret[];
  put(key: string, value: string, projectId?: string, note?: string): FakeSecret;
  /** What Bitwarden answers the server to the next requests, in place of what it should. */
  says: string | undefined;
}

/** The README's own example (github.com/external-secrets/bitwarden-sdk-server#getsecret). */
export const documentedSecret: FakeSecret = {
  creationDate: '2024-04-04',
  id: 'f5847eef-2f89-43bc-885a-b18a01178e3e',
  key: 'test',
  note: 'note',
  organizationId: 'f5847eef-2f89-43bc-885a-b18a01178e3e',
  revisionDate: '2024-04-04',
  value: 'value',
};

/** What the SDK makes of Bitwarden's own answer; a machine account that may see nothing gets it for a listing, too. */
export const notFound =
  'API error: Received error message from server: [404 Not Found] {"message":"Resource not found.","validationErrors":null,"exceptionMessage":null,"exceptionStackTrace":null,"innerExceptionMessage":null,"object":"error"}';

export async function startFakeBitwarden(organization: string, token: string): Promise<FakeBitwarden> {
  const secrets: FakeSecret[] = [];
  const put: FakeBitwarden['put'] = (key, value, projectId, note = '') => {
    const made: FakeSecret = {
      ...documentedSecret,
      id: randomUUID(),
      organizationId: organization,
      key,
      value,
      note,
      ...(projectId === undefined ? {} : { projectId }),
    };
    secrets.push(made);
    return made;
  };
  const answer = ({ method, path, headers, body }: FakeRequest): FakeAnswer => {
    // pkg/bitwarden/bitwarden.go: the middleware
    const given = headers['warden-access-token'];
    if (given === undefined || given === '') return plain(401, 'Missing Warden access token');
    if (given !== token)
      return plain(
        400,
        'failed to login to bitwarden using access token: bitwarden login: API error: Received error message from server: [400 Bad Request] {"error":"invalid_client"}',
      );
    if (fake.says !== undefined) return plain(400, fake.says);
    const json = JSON.parse(body.toString()) as Record<string, unknown>;
    const found = secrets.find(({ id }) => id === json.id);
    switch (`${method} /${path.join('/')}`) {
      case 'GET /rest/api/1/secret':
        return found === undefined ? plain(400, `failed to get secret: ${notFound}`) : { body: found };
      case 'GET /rest/api/1/secrets': {
        const visible = secrets.filter((secret) => secret.organizationId === json.organizationId);
        if (visible.length === 0) return plain(400, `failed to get secret: ${notFound}`);
        return {
          body: { data: visible.map(({ id, key, organizationId }) => ({ id, key, organizationId })) },
        };
      }
      case 'GET /rest/api/1/secrets-by-ids': {
        const wanted = json.ids as string[];
        const all = wanted.map((id) => secrets.find((secret) => secret.id === id));
        if (all.includes(undefined)) return plain(400, `failed to get secrets: ${notFound}`);
        return { body: { data: all } };
      }
      case 'POST /rest/api/1/secret': {
        const [projectId] = json.projectIds as string[];
        return { body: put(String(json.key), String(json.value), projectId, String(json.note)) };
      }
      case 'PUT /rest/api/1/secret':
        if (found === undefined) return plain(400, `failed to update secret: ${notFound}`);
        Object.assign(found, { key: json.key, value: json.value, note: json.note });
        return { body: found };
      case 'DELETE /rest/api/1/secret': {
        const [id] = json.ids as string[];
        const index = secrets.findIndex((secret) => secret.id === id);
        if (index < 0) return { body: { data: [{ id, error: '404' }] } };
        secrets.splice(index, 1);
        return { body: { data: [{ id, error: null }] } };
      }
      default:
        return plain(404, '404 page not found\n');
    }
  };
  const fake: FakeBitwarden = { ...(await serveFake(answer)), secrets, put, says: undefined };
  return fake;
}

/** Go's http.Error */
const plain = (status: number, text: string): FakeAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: `${text}\n`,
});
