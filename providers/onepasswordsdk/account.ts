import type { Client } from '@1password/sdk';
import { makeCall } from '../kit/calls.ts';
import { ProviderError } from '../kit/errors.ts';
import type { ConnectDeps } from '../kit/provider.ts';
import { renewable } from '../kit/renewable.ts';
import { sdkFailure } from './errors.ts';
import type { OnepasswordSdkSpec } from './schema.ts';

/** Runs calls of the SDK as the store's service account; throws only ProviderError. */
export interface Account {
  /** `call` is the label of `externalsecret_provider_api_calls_count`, `what` the thing of the manifest that it is for. */
  run<T>(call: string, what: string, signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T>;
}

/** Logs in when it is first used. Throws what reading the token throws. */
export async function openAccount(spec: OnepasswordSdkSpec, deps: ConnectDeps): Promise<Account> {
  const token = Buffer.from(await deps.credentials.secret(spec.auth.serviceAccountSecretRef))
    .toString()
    .trim();
  if (token === '') throw new ProviderError('Misconfigured', { what: 'the token is empty' });
  const { name: integrationName = '1Password SDK', version: integrationVersion = 'v1.0.0' } =
    spec.integrationInfo ?? {};
  const client = renewable(
    async () => {
      // The core is 14 MB of WebAssembly.
      const { createClient } = await import('@1password/sdk');
      return createClient({ auth: token, integrationName, integrationVersion });
    },
    () => true,
  );
  return {
    async run(call, what, signal, work) {
      const attempt = async () => {
        const connected = await client.get();
        return work(connected);
      };
      return makeCall(deps, { name: call, signal }, async () => {
        try {
          return await unlessAborted(attempt(), signal);
        } catch (error) {
          throw error instanceof ProviderError ? error : sdkFailure(error, what);
        }
      });
    },
  };
}

/** The SDK takes no signal: its call goes on, unheard. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const expire = () => reject(new ProviderError('Timeout'));
  if (signal.aborted) expire();
  signal.addEventListener('abort', expire, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', expire));
}
