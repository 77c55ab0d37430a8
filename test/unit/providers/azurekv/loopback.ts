import assert from 'node:assert/strict';
import { after, type TestContext } from 'node:test';
import { azurekv } from '../../../../providers/azurekv/index.ts';
import type { AzureSpec } from '../../../../providers/azurekv/schema.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import type { ConnectDeps, SecretsClient, StoreScope } from '../../../../providers/kit/provider.ts';
import { startFakeAzure, vaultUrl } from '../../../fakes/azure.ts';
import { remoteWords } from '../../../fakes/azure-model.ts';

/** Azure, in which the application `app` may do everything with its secret. */
export const azure = await startFakeAzure();
after(() => azure.close());
process.env.AZURE_ENDPOINT_URL = azure.url;

export const clientSecret = 'the-secret-of-the-application';
azure.applications.set('app', { secret: clientSecret });
azure.grants.set('app', ['']);
export const serviceAccountToken = 'a-token-of-a-service-account';

export const secretStore: StoreScope = { kind: 'SecretStore', name: 'azure', namespace: 'team' };
export const clusterStore: StoreScope = { kind: 'ClusterSecretStore', name: 'azure', namespace: 'team' };

/** What stands in Kubernetes: Secrets of the namespace `team`, annotations of every ServiceAccount. */
export interface Objects {
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Audiences of the tokens that were asked for. */
export const tokenRequests: (readonly string[])[] = [];

function kubeOf({ secrets = {}, annotations = {} }: Objects): KubeReader {
  return {
    async secret(namespace, name) {
      const data = namespace === 'team' ? secrets[name] : undefined;
      if (data === undefined) return undefined;
      const bytes = Object.entries(data).map(([key, value]) => [key, Buffer.from(value as string)] as const);
      return { uid: 'u', resourceVersion: '1', data: new Map(bytes) };
    },
    configMap: async () => undefined,
    serviceAccount: async () => ({ annotations }),
    async serviceAccountToken(_, __, { audiences }) {
      tokenRequests.push(audiences);
      return { token: serviceAccountToken, expiresAt: Date.now() + 3_600_000 };
    },
  };
}

const withSecret: Objects = { secrets: { app: { id: 'app', secret: clientSecret } } };
const bySecret = {
  authType: 'ServicePrincipal',
  tenantId: 'tenant',
  authSecretRef: { clientId: { name: 'app', key: 'id' }, clientSecret: { name: 'app', key: 'secret' } },
} as const;

/** A client of the store, closed with the test; by the application's secret unless `spec` says otherwise. */
export async function connect(
  t: TestContext,
  spec: Partial<AzureSpec> = bySecret,
  objects: Objects = withSecret,
  scope: StoreScope = secretStore,
  deps: Partial<ConnectDeps> = {},
): Promise<SecretsClient> {
  const whole: AzureSpec = {
    vaultUrl,
    environmentType: 'PublicCloud',
    authType: 'ServicePrincipal',
    ...spec,
  };
  const credentials = createCredentials(scope, kubeOf(objects));
  const client = await azurekv.connect(whole, scope, {
    credentials,
    now: Date.now,
    countCall: () => {},
    ...deps,
  });
  t.after(() => client.close());
  return client;
}

export const signal = () => AbortSignal.timeout(10_000);
export const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** Asserts that the work is rejected with the code, without a word of Azure's. */
export async function rejects(work: Promise<unknown>, code: ProviderErrorCode): Promise<ProviderError> {
  const error = await work.then(
    () => assert.fail(`not rejected with ${code}`),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ProviderError, String(error));
  assert.equal(error.code, code, error.message);
  assert(!JSON.stringify([error.message, error.details]).includes(remoteWords));
  return error;
}
