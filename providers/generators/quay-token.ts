import { ProviderError } from '../kit/errors.ts';
import { generator, textValues, withHttp } from '../kit/generator.ts';
import { jwtEnd } from '../kit/jwt.ts';
import { K } from '../kit/schema.ts';
import { textIn, vendorApi } from './vendor-api.ts';

/** A robot account's token, for the token of a ServiceAccount: `registry`, `auth`, `expiry`. */
export const quayAccessToken = generator({
  kind: 'QuayAccessToken',
  description: 'Makes an access token of a Quay robot account.',
  spec: K.object('The robot account, and the ServiceAccount that stands for it.', {
    url: K.optional(K.string('Host of Quay, always reached by https. Absent: quay.io.')),
    robotAccount: K.string('Name of the robot account, such as team+robot.'),
    serviceAccountRef: K.serviceAccountSelector('ServiceAccount whose token is exchanged.'),
  }),
  problems: ({ url }) =>
    url && URL.parse(`https://${hostOf(url)}`) === null ? [{ path: 'url', message: 'is no host' }] : [],
  async generate({ url, robotAccount, serviceAccountRef }, deps) {
    const registry = hostOf(url || 'quay.io');
    const { token } = await deps.credentials.serviceAccountToken(serviceAccountRef);
    const authorization = `Basic ${Buffer.from(`${robotAccount}:${token}`).toString('base64')}`;
    const what = `robot account ${robotAccount}`;
    return withHttp(deps, async (http) => {
      // docs.projectquay.io/manage_quay.html#exchanging-oauth2-robot-account-token
      const answer = await vendorApi(`https://${registry}`, { authorization }, http, deps).json({
        path: '/oauth2/federation/robot/token',
        call: 'GetRobotToken',
        what,
        signal: deps.signal,
      });
      const robot = textIn(answer, 'token', what);
      const end = jwtEnd(robot);
      if (end === undefined) throw new ProviderError('Malformed', { what });
      const auth = Buffer.from(`${robotAccount}:${robot}`).toString('base64');
      return { values: textValues({ registry, auth, expiry: String(end) }), until: end * 1000 };
    });
  },
});

function hostOf(url: string): string {
  return url.replace(/^https:\/\//, '');
}
