import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';
import { localHost, type VaultHost } from '../vault-host.ts';
import { type LoginSetup, token } from '../vault-logins.ts';

type Version = 'v1' | 'v2';
type Variant = readonly [version: Version, auth: string, setup: LoginSetup];

const everywhere: readonly Variant[] = [
  ['v2', 'token', token],
  ['v1', 'token', token],
];

/** OpenBao has Vault's API, so a Vault stands for it. Its find sees one folder only, which the contract's does not. */
export function openBaoHarnesses(
  hostName: string,
  startHost: () => Promise<VaultHost>,
  variants: readonly Variant[] = everywhere,
): Harness[] {
  return variants.map(([version, auth, setup]) => ({
    name: `openBao (KV ${version}, ${auth}, ${hostName})`,
    provider: 'openBao',
    dialect: `vault-${version}`,
    start: async () => start(await startHost(), version, setup),
  }));
}

export const harnesses: readonly Harness[] = openBaoHarnesses('loopback', localHost);

async function start(host: VaultHost, version: Version, setUp: LoginSetup): Promise<Backend> {
  const proxy = await startRecordingProxy(host.address);
  const mount = version === 'v2' ? 'secret' : 'kv';
  const pathOf = (key: string, area = 'data') =>
    [mount, ...(version === 'v2' ? [area] : []), ...key.split('/').map(encodeURIComponent)].join('/');
  const write = (key: string, json: string) =>
    host.write(pathOf(key), version === 'v2' ? `{"data":${json}}` : json);
  const login = await setUp(host);
  const { mount: loginMount } = login;
  const secrets = Object.entries(login.secrets).map(([name, data]) => [`team/${name}`, data] as const);
  const kube = memoryKube(Object.fromEntries(secrets), 'no token is asked for');
  const store = (who: Who, server = proxy.url) => ({
    spec: { server, path: mount, version, auth: login.auth(who) },
    scope: { kind: 'SecretStore', name: 'openbao', namespace: 'team' } as const,
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
    ...(version === 'v1'
      ? {}
      : {
          versions: async (key, jsons) => {
            for (const json of jsons) await write(key, json);
            return jsons.map((_, index) => String(index + 1));
          },
          metadata: {
            tag: (key, name, value) =>
              host.write(pathOf(key, 'metadata'), JSON.stringify({ custom_metadata: { [name]: value } })),
            property: (name) => name,
          },
        }),
    remove: (key) => host.remove(pathOf(key)),
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/^GET \/v1\/(secret|kv)\//, fault);
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1'),
    ...(loginMount === undefined
      ? {}
      : {
          logins: {
            count: () => proxy.count(new RegExp(`^(POST|PUT) /v1/auth/${loginMount}/login`)),
            revocations: () => proxy.count(/^POST \/v1\/auth\/token\/revoke-self/),
            expire: () => host.expireLogins(loginMount),
          },
        }),
    credentials: () => [
      host.rootToken,
      ...Object.values(login.secrets).flatMap((data) => Object.values(data)),
      ...proxy.requests.flatMap(({ headers }) => headers['x-vault-token'] ?? []),
    ],
    async stop() {
      await proxy.close();
      await host.stop();
    },
  };
}
