// While it loads the SDK looks at this variable, and with it writes whole answers to the log, values and all.
delete process.env.GOOGLE_SDK_NODE_LOGGING;

// Its index would load an older API and half a megabyte of generated types as well.
const { SecretManagerServiceClient } = await import('@google-cloud/secret-manager/build/src/v1/index.js');

/** Google's client of Secret Manager. */
export type SecretManager = InstanceType<typeof SecretManagerServiceClient>;

/** A client in REST mode that sends what it has to send by `fetch`. Makes no call. */
export function createSecretManager(
  host: string,
  fetch: (url: string, init: RequestInit & { headers: Headers }) => Promise<Response>,
): SecretManager {
  const universeDomain = 'googleapis.com';
  const auth = { universeDomain, getRequestHeaders: async () => new Headers(), fetch };
  return new SecretManagerServiceClient({
    fallback: true,
    universeDomain,
    apiEndpoint: host,
    auth: auth as never,
  });
}
