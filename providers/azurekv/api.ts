import type { CertificateClient } from '@azure/keyvault-certificates';
import type { KeyClient } from '@azure/keyvault-keys';
import type { SecretClient } from '@azure/keyvault-secrets';
import { type CallDeps, makeCall } from '../kit/calls.ts';
import { providerError } from './errors.ts';
import type { VaultConnection } from './transport.ts';

/** One call of the Key Vault API. */
export interface VaultCall {
  /** The API's name of the operation, for metrics. */
  readonly operation: string;
  /** What is asked for, in the manifest's words, for errors. */
  readonly what: string;
  readonly signal: AbortSignal;
}

interface Clients {
  readonly secret: SecretClient;
  readonly key: KeyClient;
  readonly cert: CertificateClient;
}

/** What a vault holds. */
export type ObjectType = keyof Clients;

/** The Key Vault API, called with one identity. */
export interface VaultApi {
  /** Sends by the SDK of the type. Throws only ProviderError, of which `NotFound` when the vault says that there is no such thing. */
  call<T extends ObjectType, Answer>(
    type: T,
    call: VaultCall,
    send: (client: Clients[T], options: { abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer>;
}

/** Older than the SDKs' own, since national clouds and Azure Stack are behind. */
const serviceVersion = '7.4';

/**
 * A {@link VaultApi}; each SDK loads when it is first used. The SDK asks for the vault's challenge with its first request,
 * without a body, and gets the bodies wrong of those that are made meanwhile: so before a write something has to be read.
 */
export function createVaultApi(
  vaultUrl: string,
  { transport, credential }: VaultConnection,
  deps: CallDeps,
): VaultApi {
  // One attempt: repeating is decided where the whole store is seen.
  const options = { httpClient: transport, retryOptions: { maxRetries: 0 }, serviceVersion } as const;
  const load: { [T in ObjectType]: () => Promise<Clients[T]> } = {
    async secret() {
      const { SecretClient } = await import('@azure/keyvault-secrets');
      return new SecretClient(vaultUrl, credential, options);
    },
    async key() {
      const { KeyClient } = await import('@azure/keyvault-keys');
      return new KeyClient(vaultUrl, credential, options);
    },
    async cert() {
      const { CertificateClient } = await import('@azure/keyvault-certificates');
      return new CertificateClient(vaultUrl, credential, options);
    },
  };
  const clients = new Map<ObjectType, Promise<Clients[ObjectType]>>();
  const clientOf = <T extends ObjectType>(type: T): Promise<Clients[T]> => {
    const known = clients.get(type) ?? load[type]();
    clients.set(type, known);
    return known as Promise<Clients[T]>;
  };

  return {
    async call(type, { operation, what, signal }, send) {
      const client = await clientOf(type);
      return makeCall(deps, { name: operation, signal }, async () => {
        try {
          return await send(client, { abortSignal: signal });
        } catch (error) {
          throw providerError(error, what);
        }
      });
    },
  };
}
