import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createCredentials } from '../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../providers/kit/errors.ts';
import type { KubeReader } from '../../providers/kit/kube.ts';
import type { ConnectDeps, Provider, Push, SecretMap, StoreScope } from '../../providers/kit/provider.ts';
import { memoryKube } from '../conformance/harness.ts';

export const storeScope: StoreScope = { kind: 'SecretStore', name: 'store', namespace: 'team' };
export const clusterScope: StoreScope = { kind: 'ClusterSecretStore', name: 'store', namespace: 'team' };

export const soon = () => AbortSignal.timeout(10_000);
export const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
export const texts = (map: SecretMap) =>
  Object.fromEntries([...map].map(([key, value]) => [key, text(value)]));

export interface Surroundings extends Partial<ConnectDeps> {
  readonly scope?: StoreScope;
  /** Data of Secrets in the namespace team, by name. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly kube?: Partial<KubeReader>;
}

/** A provider's client as the pool would make it, closed when the test ends. */
export async function clientOf(
  t: TestContext,
  provider: Provider,
  spec: unknown,
  { scope = storeScope, secrets = {}, kube = {}, ...deps }: Surroundings = {},
) {
  const named = Object.fromEntries(Object.entries(secrets).map(([name, data]) => [`team/${name}`, data]));
  const reader = { ...memoryKube(named, 'a ServiceAccount token'), ...kube };
  const credentials = createCredentials(scope, reader);
  const client = await provider.connect(spec as never, scope, {
    credentials,
    now: Date.now,
    countCall: () => {},
    ...deps,
  });
  t.after(() => client.close());
  return client;
}

/** A push of one key `v`, or what the fields make of it. */
export function pushOf(remoteKey: string, value: string | Uint8Array, fields: Partial<Push> = {}): Push {
  const source = { data: new Map([['v', Buffer.from(value)]]), type: '', labels: {}, annotations: {} };
  return { remoteKey, secretKey: 'v', namespace: 'team', source, ...fields };
}

/** Asserts that the work fails with the code, and resolves to the error. */
export async function failsWith(work: Promise<unknown>, code: ProviderErrorCode): Promise<ProviderError> {
  const error = await work.then(
    () => assert.fail(`not rejected with ${code}`),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ProviderError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}
