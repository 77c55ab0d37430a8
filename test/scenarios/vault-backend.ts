import { http } from '../support/http.ts';
import { startRecordingProxy } from '../support/recording-proxy.ts';
import type { Backend } from './world.ts';

/** What a world knows of the Vault behind a scenario's backend. */
export interface VaultBehind {
  readonly address: string;
  readonly caPem?: string;
  readonly rootToken: string;
  readonly mount: string;
  readonly kv: 'v1' | 'v2';
  /** Reads the whole mount. */
  readonly token: string;
  /** More values of `${vault.…}`, such as a role. */
  readonly variables: Readonly<Record<string, string>>;
  /** Changes the policy so that these keys are refused; without it the proxy refuses them. */
  readonly setDenied?: (keys: readonly string[]) => Promise<void>;
  close(): Promise<void>;
}

/** A {@link Backend} over a Vault: writes go straight to it, the hook's requests pass a proxy that counts and misbehaves. */
export async function createVaultBackend(vault: VaultBehind): Promise<Backend> {
  const { address, caPem, rootToken, mount, kv, token } = vault;
  const proxy = await startRecordingProxy(address, caPem === undefined ? {} : { caPem });
  const denied = new Set<string>();
  const pathOf = (key: string) => (kv === 'v2' ? `${mount}/data/${key}` : `${mount}/${key}`);

  const call = async (method: 'POST' | 'DELETE', key: string, body?: object) => {
    const { status } = await http({
      url: `${address}/v1/${pathOf(key)}`,
      method,
      headers: { 'x-vault-token': rootToken },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(caPem === undefined ? {} : { caPem }),
    });
    if (status >= 300) throw new Error(`Vault answered ${status} to ${method} ${key}`);
  };

  return {
    variables: { 'vault.addr': proxy.url, 'vault.mount': mount, ...vault.variables },
    token,
    write: (key, value) => call('POST', key, kv === 'v2' ? { data: value } : (value as object)),
    remove: (key) => call('DELETE', key),
    async deny(key) {
      denied.add(key);
      if (vault.setDenied !== undefined) await vault.setDenied([...denied]);
      else proxy.misbehave(new RegExp(`^GET /v1/${escaped(pathOf(key))}(\\?|$)`), 'forbidden');
    },
    fail: (mode) => proxy.misbehave(/ \/v1\//, mode),
    async heal() {
      denied.clear();
      proxy.heal();
      await vault.setDenied?.([]);
    },
    async read(key) {
      const { status, body } = await http({
        url: `${address}/v1/${pathOf(key)}`,
        headers: { 'x-vault-token': rootToken },
        ...(caPem === undefined ? {} : { caPem }),
      });
      if (status === 404) return null;
      if (status !== 200) throw new Error(`Vault answered ${status} to a look at ${key}`);
      const { data } = JSON.parse(body.toString());
      return kv === 'v2' ? data.data : data;
    },
    writes: () => proxy.count(new RegExp(`^(POST|PUT|PATCH) /v1/${escaped(pathOf(''))}`)),
    reads: () => proxy.count(new RegExp(`^GET /v1/${escaped(mount)}/`)),
    logins: () => proxy.count(/^(POST|PUT) \/v1\/auth\/.*login/),
    async close() {
      await proxy.close();
      await vault.close();
    },
  };
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
