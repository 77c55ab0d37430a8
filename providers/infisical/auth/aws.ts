import { podKeys, signed } from '../../kit/aws-sts.ts';
import { ProviderError } from '../../kit/errors.ts';

/**
 * A signed GetCallerIdentity request (infisical.com/docs/documentation/platform/identities/aws-auth). Infisical sends it to the
 * region's STS, which it takes from the signature.
 */
export async function awsLogin(env: Readonly<Record<string, string | undefined>>): Promise<object> {
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || '';
  if (!/^[a-z0-9-]+$/.test(region))
    throw new ProviderError('CredentialMissing', { what: 'AWS_REGION of the hook' });
  const url = new URL(`https://sts.${region}.amazonaws.com/`);
  const { body, headers } = await signed({ url, region }, await podKeys(region), {
    Action: 'GetCallerIdentity',
  });
  const sent = { ...headers, host: url.host, 'content-length': String(Buffer.byteLength(body)) };
  return {
    iamHttpRequestMethod: 'POST',
    iamRequestBody: base64(body),
    iamRequestHeaders: base64(JSON.stringify(capitalized(sent))),
  };
}

/** Infisical looks for `Authorization`, written so. */
function capitalized(headers: Readonly<Record<string, string>>): Record<string, string> {
  const name = (text: string) => text.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [name(key), value]));
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
