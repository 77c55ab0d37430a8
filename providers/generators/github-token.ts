import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ProviderError } from '../kit/errors.ts';
import { generator, secretText, textValues, withHttp } from '../kit/generator.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { signJwt } from '../kit/jwt.ts';
import { K } from '../kit/schema.ts';
import { isHttpUrl, notUrl, textIn, vendorApi } from './vendor-api.ts';

const api = 'https://api.github.com';

/** A token of a GitHub App's installation, good for an hour: `token`. */
export const githubAccessToken = generator({
  kind: 'GithubAccessToken',
  description: "Makes an access token of a GitHub App's installation.",
  spec: K.object('The app, and what the token may do.', {
    url: K.optional(K.string(`Address of the API. Absent: ${api}.`)),
    appID: K.string('Id of the app.'),
    installID: K.string('Id of its installation.'),
    repositories: K.optional(
      K.list('Repositories that the token is for. Absent: all of the installation.', K.string()),
    ),
    permissions: K.optional(
      K.map('What the token may do, by area. Absent: all that the app may.', K.string()),
    ),
    auth: K.object('How the app shows who it is.', {
      privateKey: K.object("The app's key.", {
        secretRef: K.secretKeySelector('Secret key that holds the private RSA key, in PEM.'),
      }),
    }),
  }),
  problems: ({ url, installID }) => [
    ...(url && !isHttpUrl(url) ? [notUrl('url')] : []),
    ...(/^[A-Za-z0-9_-]+$/.test(installID) ? [] : [{ path: 'installID', message: 'is no id' }]),
  ],
  async generate({ url, appID, installID, repositories = [], permissions, auth }, deps) {
    const { secretRef } = auth.privateKey;
    const key = keyOf(await secretText(deps, secretRef), `Secret ${secretRef.name} key ${secretRef.key}`);
    const now = Math.floor(deps.now() / 1000);
    // docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
    const jwt = signJwt({ alg: 'RS256' }, { iss: appID, iat: now - 10, exp: now + 300 }, key);
    const headers = { authorization: `Bearer ${jwt}`, accept: 'application/vnd.github.v3+json' };
    const what = `installation ${installID}`;
    return withHttp(deps, async (http) => {
      // docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
      const answer = await vendorApi(url || api, headers, http, deps).json({
        method: 'POST',
        path: `/app/installations/${installID}/access_tokens`,
        body: {
          ...(repositories.length === 0 ? {} : { repositories }),
          ...(permissions === undefined ? {} : { permissions }),
        },
        call: 'CreateInstallationAccessToken',
        what,
        signal: deps.signal,
      });
      const until = Date.parse(stringOf(member(answer, 'expires_at')) ?? '');
      return {
        values: textValues({ token: textIn(answer, 'token', what) }),
        ...(Number.isNaN(until) ? {} : { until }),
      };
    });
  },
});

function keyOf(pem: string, what: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {}
  throw new ProviderError('Misconfigured', { what: `${what} is no private RSA key in PEM` });
}
