import type { Static } from 'typebox';
import { ProviderError } from '../kit/errors.ts';
import { type GenerateDeps, type Generated, generator, textValues } from '../kit/generator.ts';
import { K } from '../kit/schema.ts';
import { awsAuth } from './auth-schema.ts';
import { isRegion } from './rules.ts';

const spec = K.object('Who asks for the session, and where.', {
  region: K.string('Region whose STS is asked.'),
  auth: K.optional(awsAuth),
  role: K.optional(K.string('ARN of a role that is assumed before.')),
  requestParameters: K.optional(
    K.object('What is asked for.', {
      sessionDuration: K.optional(
        K.int('Seconds of the session: 900 to 129600. Absent: AWS decides, 43200 as a rule.', {
          format: 'int32',
        }),
      ),
      serialNumber: K.optional(K.string('The MFA device, where one is demanded.')),
      tokenCode: K.optional(K.string("The device's code.")),
    }),
  ),
});

type Spec = Static<typeof spec>;

/** Credentials of a session: `access_key_id`, `secret_access_key`, `session_token`, `expiration`. */
export const stsSessionToken = generator({
  kind: 'STSSessionToken',
  description: 'Makes temporary AWS credentials.',
  spec,
  problems: ({ region, auth }) => [
    ...(isRegion(region) ? [] : [{ path: 'region', message: 'is no region' }]),
    ...(auth?.jwt === undefined
      ? []
      : [{ path: 'auth.jwt', message: 'cannot be used: AWS makes no session token for a web identity' }]),
  ],
  generate: makeToken,
});

/** docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
async function makeToken(spec: Spec, deps: GenerateDeps): Promise<Generated> {
  const [{ GetSessionTokenCommand, STSClient }, { createAwsApi }, { withSession }] = await Promise.all([
    import('@aws-sdk/client-sts'),
    import('./api.ts'),
    import('./generator-session.ts'),
  ]);
  const { sessionDuration, serialNumber, tokenCode } = spec.requestParameters ?? {};
  const input = {
    ...(sessionDuration === undefined ? {} : { DurationSeconds: sessionDuration }),
    ...(serialNumber === undefined ? {} : { SerialNumber: serialNumber }),
    ...(tokenCode === undefined ? {} : { TokenCode: tokenCode }),
  };
  const what = 'a session token';
  return withSession(spec, deps, async ({ session, sts }) => {
    const api = createAwsApi(session, (keys) => new STSClient({ ...sts, credentials: keys }), deps);
    const call = { operation: 'GetSessionToken', what, signal: deps.signal };
    const { Credentials: made } = await api.call(call, (client, options) =>
      client.send(new GetSessionTokenCommand(input), options),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = made ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined)
      throw new ProviderError('Malformed', { what });
    return {
      values: textValues({
        access_key_id: AccessKeyId,
        secret_access_key: SecretAccessKey,
        session_token: SessionToken,
        expiration: String(Math.floor(Expiration.getTime() / 1000)),
      }),
      until: Expiration.getTime(),
    };
  });
}
