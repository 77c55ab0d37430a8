import { ProviderError } from '../kit/errors.ts';
import { createHttpClient, type HttpAnswer, type HttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { serialize } from '../kit/json/serialize.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { loginToken, sendJsonLogin, tokenFor } from '../kit/login.ts';
import type { AccessToken } from '../kit/oauth.ts';
import type { ConnectDeps, RemoteSecret, SecretsClient } from '../kit/provider.ts';
import { bodyOf, createRestApi, type Explained, usualCode } from '../kit/rest.ts';
import { readValueOrRef } from '../kit/value-or-ref.ts';
import type { DelineaSpec } from './schema.ts';
import { pathOf, urlOf } from './urls.ts';

const utf8 = new TextEncoder();

/** A client of one tenant with one credential. Logs in when it is first used. Throws what reading the credential throws. */
export async function connectDelinea(spec: DelineaSpec, deps: ConnectDeps): Promise<SecretsClient> {
  const { credentials, now, retry } = deps;
  const [id, secret] = await Promise.all([
    readValueOrRef(spec.clientId, credentials),
    readValueOrRef(spec.clientSecret, credentials),
  ]);
  const http = createHttpClient(retry === undefined ? {} : { retry });
  const token = loginToken(() => logIn(http, spec, { id, secret }, now()), now);
  // The template makes whole addresses.
  const rest = createRestApi({ base: '', http, calls: deps, token, explain });
  return {
    async read({ key, version, metadata }, signal) {
      if (version) throw new ProviderError('Unsupported', { what: 'versions' });
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const path = urlOf(spec, 'secrets', pathOf(key));
      const data = member(await rest.json({ path, call: 'GetSecret', what: key, signal }), 'data');
      if (data?.kind !== 'object' && data?.kind !== 'null')
        throw new ProviderError('Malformed', { what: key });
      return data.kind === 'null' ? empty : secretOf(data, key);
    },
    async check() {
      await token.get();
      return 'ready';
    },
    close: async () => http.close(),
  };
}

/** The data as Go's encoder would write them, which ESO searches. */
function secretOf(data: JsonNode, what: string): RemoteSecret {
  const bytes = utf8.encode(serialize(data, { names: 'sorted', html: 'escaped', numbers: 'text' }));
  return jsonSecret(bytes, { dots: 'as-given', flatten: 'decoded', missing: 'NotFound', what });
}

const empty: RemoteSecret = { size: 0, value: () => new Uint8Array(), map: () => new Map() };

/** dsv.secretsvaultcloud.com/api#operation/token, grant type client_credentials */
async function logIn(
  http: HttpClient,
  spec: DelineaSpec,
  { id, secret }: { id: string; secret: string },
  now: number,
): Promise<AccessToken> {
  const what = `client ${id}`;
  const body = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
  const answered = bodyOf(await sendJsonLogin(http, urlOf(spec, 'token'), body, what));
  const seconds = member(answered, 'expiresIn');
  return tokenFor(
    stringOf(member(answered, 'accessToken')),
    Number(seconds?.kind === 'number' ? seconds.text : Number.NaN),
    now,
    what,
  );
}

/** The vault's errors repeat their status: `{"code":404,"message":"unable to find item with specified identifier"}`. */
function explain({ status }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  const code = member(body, 'code');
  if (code?.kind !== 'number' || code.text !== String(status)) return undefined;
  return { code: status === 404 ? 'NotFound' : usualCode(status) };
}
