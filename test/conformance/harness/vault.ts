import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';
import { localHost, type VaultHost } from '../vault-host.ts';
import { kubernetes, type LoginSetup, token } from '../vault-logins.ts';

type Version = 'v1' | 'v2';
type Variant = readonly [version: Version, auth: string, setup: LoginSetup];

const everywhere: readonly Variant[] = [
  ['v2', 'kubernetes', kubernetes],
  ['v1', 'kubernetes', kubernetes],
  ['v2', 'token', token],
];

/** Vault of either engine version and with either kind of identity, on a host. */
export function vaultHarnesses(
  hostName: string,
  startHost: () => Promise<VaultHost>,
  variants: readonly Variant[] = everywhere,
): Harness[] {
  return variants.map(([version, auth, setup]) => ({
    name: `vault (KV ${version}, ${auth}, ${hostName})`,
    provider: 'vault',
    dialect: `vault-${version}`,
    start: async () => start(await startHost(), version, setup),
  }));
}

export const harnesses: readonly Harness[] = vaultHarnesses('loopback', localHost);

async function start(host: VaultHost, version: Version, setUp: LoginSetup): Promise<Backend> {
  const proxy = await startRecordingProxy(host.address);
  const mount = version === 'v2' ? 'secret' : 'kv';
  const pathOf = (key: string, area = 'data') =>
    [mount, ...(version === 'v2' ? [area] : []), ...key.split('/').map(encodeURIComponent)].join('/');
  const write = (key: string, json: string) =>
    host.write(pathOf(key), version === 'v2' ? `{"data":${json}}` : json);
  const login = await setUp(host);
  const { mount: loginMount, serviceAccountToken = 'no token is asked for' } = login;
  const secrets = Object.entries(login.secrets).map(([name, data]) => [`team/${name}`, data] as const);
  const kube = memoryKube(Object.fromEntries(secrets), serviceAccountToken);
  const store = (who: Who, server = proxy.url) => ({
    spec: { server, path: mount, version, auth: login.auth(who) },
    scope: { kind: 'SecretStore', name: 'vault', namespace: 'team' } as const,
    kube,
  });

  return {
    values: 'own',
    identities: 'several',
    ...(Object.keys(login.secrets).length > 0 && !login.unchecked ? { rotates: true } : {}),
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
    // Version 1 has nothing to say of a secret.
    ...(version === 'v1'
      ? {}
      : {
          metadata: {
            tag: (key, name, value) =>
              host.write(pathOf(key, 'metadata'), JSON.stringify({ custom_metadata: { [name]: value } })),
            property: (name) => name,
          },
        }),
    remove: (key) => host.remove(pathOf(key)),
    finds: { path: true, ...(version === 'v1' ? {} : { tags: true }), nameOf: (key) => key },
    // An entry of Vault's storage has at most 1 MiB (developer.hashicorp.com/vault/docs/internals/limits).
    largest: 1_000_000,
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/^GET \/v1\/(secret|kv)\//, fault);
    },
    pushes: {
      kinds: ['key', 'whole', 'property'],
      unmanaged: 'refused',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/^(POST|DELETE) \/v1\/(secret|kv)\//),
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1'),
    ...(loginMount === undefined
      ? {}
      : {
          logins: {
            count: () => proxy.count(new RegExp(`^POST /v1/auth/${loginMount}/login`)),
            revocations: () => proxy.count(/^POST \/v1\/auth\/token\/revoke-self/),
            expire: () => host.expireLogins(loginMount),
          },
        }),
    credentials: () => [
      host.rootToken,
      serviceAccountToken,
      ...Object.values(login.secrets).flatMap((data) => Object.values(data)),
      ...proxy.requests.flatMap(({ headers }) => headers['x-vault-token'] ?? []),
    ],
    async stop() {
      await proxy.close();
      await host.stop();
    },
  };
}
