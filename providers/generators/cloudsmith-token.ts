import { ProviderError } from '../kit/errors.ts';
import { generator, textValues, withHttp } from '../kit/generator.ts';
import { jwtEnd } from '../kit/jwt.ts';
import { K } from '../kit/schema.ts';
import { isHttpUrl, notUrl, textIn, vendorApi } from './vendor-api.ts';

const api = 'https://api.cloudsmith.io';

/** A service's token, for the token of a ServiceAccount: `auth`, `expiry`. */
export const cloudsmithAccessToken = generator({
  kind: 'CloudsmithAccessToken',
  description: 'Makes an access token of a Cloudsmith service.',
  spec: K.object('The service, and the ServiceAccount that stands for it.', {
    apiUrl: K.optional(K.string(`Address of the API. Absent: ${api}.`)),
    orgSlug: K.string('Slug of the organization.'),
    serviceSlug: K.string('Slug of the service.'),
    serviceAccountRef: K.serviceAccountSelector('ServiceAccount whose token is exchanged.'),
  }),
  problems: ({ apiUrl }) => (apiUrl && !isHttpUrl(apiUrl) ? [notUrl('apiUrl')] : []),
  async generate({ apiUrl, orgSlug, serviceSlug, serviceAccountRef }, deps) {
    const { token } = await deps.credentials.serviceAccountToken(serviceAccountRef);
    const what = `service ${orgSlug}/${serviceSlug}`;
    return withHttp(deps, async (http) => {
      // docs.cloudsmith.com/authentication/openid-connect
      const answer = await vendorApi(apiUrl || api, {}, http, deps).json({
        method: 'POST',
        path: `/openid/${encodeURIComponent(orgSlug)}/`,
        body: { oidc_token: token, service_slug: serviceSlug },
        call: 'ExchangeToken',
        what,
        signal: deps.signal,
      });
      const made = textIn(answer, 'token', what);
      const end = jwtEnd(made);
      if (end === undefined) throw new ProviderError('Malformed', { what });
      const auth = Buffer.from(`token:${made}`).toString('base64');
      return { values: textValues({ auth, expiry: String(end) }), until: end * 1000 };
    });
  },
});
