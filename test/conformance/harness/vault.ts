import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';
import { localHost, serviceAccountJwt, type VaultHost } from '../vault-host.ts';

type Version = 'v1' | 'v2';
type Auth = 'kubernetes' | 'token';

/** Vault of either engine version and with either kind of identity, on a host. */
export function vaultHarnesses(hostName: string, startHost: () => Promise<VaultHost>): Harness[] {
  const variants: readonly [version: Version, auth: Auth][] = [
    ['v2', 'kubernetes'],
    ['v1', 'kubernetes'],
    ['v2', 'token'],
  ];
  return variants.map(([version, auth]) => ({
    name: `vault (KV ${version}, ${auth}, ${hostName})`,
    provider: 'vault',
    dialect: `vault-${version}`,
    start: async () => start(await startHost(), version, auth),
  }));
}

export const harnesses: readonly Harness[] = vaultHarnesses('loopback', localHost);

async function start(host: VaultHost, version: Version, auth: Auth): Promise<Backend> {
  const proxy = await startRecordingProxy(host.address);
  const mount = version === 'v2' ? 'secret' : 'kv';
  const pathOf = (key: string, area = 'data') =>
    [mount, ...(version === 'v2' ? [area] : []), ...key.split('/').map(encodeURIComponent)].join('/');
  const write = (key: string, json: string) =>
    host.write(pathOf(key), version === 'v2' ? `{"data":${json}}` : json);
  const strange = 'hvs.a-token-that-vault-never-made';
  const kube = memoryKube(
    {
      'team/reader': { token: host.tokens.reader },
      'team/left': { token: `${host.tokens.left}\n` },
      'team/right': { token: host.tokens.right },
      'team/stranger': { token: strange },
    },
    serviceAccountJwt,
  );
  const authOf = (who: Who) =>
    auth === 'token'
      ? { tokenSecretRef: { name: who, key: 'token' } }
      : { kubernetes: { mountPath: 'kubernetes', role: who, serviceAccountRef: { name: 'app' } } };
  const store = (who: Who, server = proxy.url) => ({
    spec: { server, path: mount, version, auth: authOf(who) },
    scope: { kind: 'SecretStore', name: 'vault', namespace: 'team' } as const,
    kube,
  });

  return {
    values: 'own',
    identities: 'several',
    emptyObjects: version === 'v1' ? 'refused' : 'kept',
    store: (who) => store(who),
    async seed(secrets) {
      for (const { key, json } of secrets) await write(key, json);
    },
    // Version 1 forgets the old value, and its engine ignores the parameter.
    ...(version === 'v1'
      ? {}
      : {
          versions: async (key, jsons) => {
            for (const json of jsons) await write(key, json);
            return jsons.map((_, index) => String(index + 1));
          },
        }),
    remove: (key) => host.remove(pathOf(key)),
    finds: { path: true, nameOf: (key) => key },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/^GET \/v1\/(secret|kv)\//, fault);
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1'),
    ...(auth === 'token'
      ? {}
      : {
          logins: {
            count: () => proxy.count(/^POST \/v1\/auth\/kubernetes\/login/),
            revocations: () => proxy.count(/^POST \/v1\/auth\/token\/revoke-self/),
            expire: () => host.expireLogins(),
          },
        }),
    credentials: () => [
      host.rootToken,
      serviceAccountJwt,
      strange,
      ...proxy.requests.flatMap(({ headers }) => headers['x-vault-token'] ?? []),
    ],
    async stop() {
      await proxy.close();
      await host.stop();
    },
  };
}
