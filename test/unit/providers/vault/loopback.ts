import assert from 'node:assert/strict';
import { after, before, type TestContext } from 'node:test';
import { type LocalVault, startLocalVault } from '../../../../local/vault.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { ConnectDeps, SecretMap, SecretsClient } from '../../../../providers/kit/provider.ts';
import { connectVault } from '../../../../providers/vault/client.ts';
import type { VaultSpec } from '../../../../providers/vault/schema.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { http } from '../../../support/http.ts';
import { type RecordingProxy, startRecordingProxy } from '../../../support/recording-proxy.ts';

/** A loopback Vault with the engines `secret` (v2) and `kv` (v1), and a proxy before it, for the tests of one file. */
export let local: LocalVault;
export let proxy: RecordingProxy;

before(async () => {
  local = await startLocalVault({
    mounts: { secret: 'v2', kv: 'v1' },
    kubernetesRoles: { app: ['secret/', 'kv/'] },
  });
  proxy = await startRecordingProxy(local.url);
});
after(async () => {
  await proxy.close();
  await local.close();
});

export const login = {
  kubernetes: { mountPath: 'kubernetes', role: 'app', serviceAccountRef: { name: 'app' } },
};
export const signal = () => AbortSignal.timeout(10_000);
export const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
export const texts = (map: SecretMap) =>
  Object.fromEntries([...map].map(([key, bytes]) => [key, text(bytes)]));

/** A client of a whole section; `secrets` is the Secret of that name in the store's namespace. */
export async function connect(
  t: TestContext,
  spec: VaultSpec,
  secrets: Record<string, string> = {},
  deps: Partial<Pick<ConnectDeps, 'countCall' | 'retry'>> = {},
): Promise<SecretsClient> {
  const scope = { kind: 'SecretStore', name: 'store', namespace: 'team' } as const;
  const credentials = createCredentials(scope, memoryKube({ 'team/secrets': secrets }, 'a-jwt'));
  const connected = await connectVault(spec, scope, {
    credentials,
    now: Date.now,
    countCall: () => {},
    ...deps,
  });
  t.after(() => connected.close());
  return connected;
}

/** A client that logs in through the proxy and reads the engine `secret`, unless the fields say otherwise. */
export function client(
  t: TestContext,
  fields: Partial<VaultSpec> = {},
  secrets: Record<string, string> = {},
  deps?: Partial<Pick<ConnectDeps, 'countCall' | 'retry'>>,
): Promise<SecretsClient> {
  return connect(
    t,
    { server: proxy.url, version: 'v2', path: 'secret', auth: login, ...fields },
    secrets,
    deps,
  );
}

/** Sends something to Vault as its administrator. */
export async function write(path: string, json: string, method = 'POST'): Promise<void> {
  const headers = { 'x-vault-token': local.rootToken };
  const { status } = await http({ url: `${local.url}/v1/${path}`, method, headers, body: json });
  assert(status < 300, `${status} to ${method} ${path}`);
}

export async function rejects(work: Promise<unknown>, code: ProviderErrorCode): Promise<void> {
  await assert.rejects(work, (error) => {
    assert(error instanceof ProviderError);
    assert.equal(error.code, code, error.message);
    return true;
  });
}
