import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, type TestContext } from 'node:test';
import { gcpsm } from '../../../../providers/gcpsm/index.ts';
import type { GcpSpec } from '../../../../providers/gcpsm/schema.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import type { ConnectDeps, SecretsClient, StoreScope } from '../../../../providers/kit/provider.ts';
import { startFakeGcp } from '../../../fakes/gcp.ts';
import { remoteWords } from '../../../fakes/gcp-model.ts';

/** Google, to which `app@` belongs with a key that may do everything. */
export const gcp = await startFakeGcp();
after(() => gcp.close());
process.env.GCP_ENDPOINT_URL = gcp.url;
process.env.GCE_METADATA_HOST = new URL(gcp.url).host;

export const email = 'app-of-team@team.iam.gserviceaccount.com';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
gcp.keys.set(email, publicKey);
gcp.grants.set(email, ['']);
export const privatePem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
export const key = {
  type: 'service_account',
  private_key_id: 'k1',
  private_key: privatePem,
  client_email: email,
  token_uri: 'https://oauth2.googleapis.com/token',
};
export const serviceAccountToken = 'a-token-of-a-service-account';

export const secretStore: StoreScope = { kind: 'SecretStore', name: 'gcp', namespace: 'team' };

/** What stands in Kubernetes: Secrets and ConfigMaps by `namespace/name`, annotations of every ServiceAccount. */
export interface Objects {
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Audiences and lifetimes of the tokens that were asked for. */
export const tokenRequests: { name: string; audiences: readonly string[]; seconds: number | undefined }[] =
  [];

export function kubeOf({ secrets = {}, configMaps = {}, annotations = {} }: Objects): KubeReader {
  const dataOf = (data: Readonly<Record<string, string>> | undefined) =>
    data === undefined
      ? undefined
      : {
          uid: 'u',
          resourceVersion: '1',
          data: new Map(Object.entries(data).map(([name, text]) => [name, Buffer.from(text)])),
        };
  return {
    secret: async (namespace, name) => dataOf(secrets[`${namespace}/${name}`]),
    configMap: async (namespace, name) => dataOf(configMaps[`${namespace}/${name}`]),
    serviceAccount: async () => ({ annotations }),
    async serviceAccountToken(_, name, { audiences, expirationSeconds }) {
      tokenRequests.push({ name, audiences, seconds: expirationSeconds });
      return { token: serviceAccountToken, expiresAt: Date.now() + 900_000 };
    },
  };
}

const withKey: Objects = { secrets: { 'team/key': { json: JSON.stringify(key) } } };
const byKey = { secretRef: { secretAccessKeySecretRef: { name: 'key', key: 'json' } } };

/** A client of the store, closed with the test; by the key unless `spec` says otherwise. */
export async function connect(
  t: TestContext,
  spec: Partial<GcpSpec> = {},
  objects: Objects = withKey,
  scope: StoreScope = secretStore,
  deps: Partial<ConnectDeps> = {},
): Promise<SecretsClient> {
  const whole: GcpSpec = {
    projectID: 'team',
    secretVersionSelectionPolicy: 'LatestOrFail',
    auth: byKey,
    ...spec,
  };
  const credentials = createCredentials(scope, kubeOf(objects));
  const client = await gcpsm.connect(whole, scope, {
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

/** Asserts that the work is rejected with the code, without a word of Google's. */
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
