import { mapConcurrently } from '../../../providers/kit/concurrently.ts';
import type { KubeReader } from '../../../providers/kit/kube.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';
import { type KubernetesHost, localHost, remoteNamespace } from '../kubernetes-host.ts';

type Auth = 'serviceAccount' | 'token';

const everybody = ['reader', 'left', 'right', 'writer', 'stranger'] as const;

/** A cluster with either kind of identity, on a host. */
export function kubernetesHarnesses(
  hostName: string,
  startHost: () => Promise<KubernetesHost>,
  methods: readonly Auth[],
): Harness[] {
  return methods.map((auth) => ({
    name: `kubernetes (${auth}, ${hostName})`,
    provider: 'kubernetes',
    // Of no account: a Secret is no JSON document.
    dialect: 'as-given',
    start: async () => start(await startHost(), auth),
  }));
}

export const harnesses: readonly Harness[] = kubernetesHarnesses('loopback', localHost, [
  'serviceAccount',
  'token',
]);

/** What the cases call `left/mine` is the Secret `left.mine`. */
const nameOf = (key: string) => key.replaceAll('/', '.');

async function start(host: KubernetesHost, auth: Auth): Promise<Backend> {
  const proxy = await startRecordingProxy(host.url, host.caPem === undefined ? {} : { caPem: host.caPem });
  const given = await Promise.all(
    everybody.map(async (who) => [`team/${who}`, { token: `${await host.token(who)}\n` }] as const),
  );
  let requested = 0;
  const kube: KubeReader = {
    ...memoryKube(Object.fromEntries(given), ''),
    async serviceAccountToken(_, name) {
      requested++;
      return { token: await host.token(name as Who), expiresAt: Date.now() + 3_600_000 };
    },
  };
  const authOf = (who: Who) =>
    auth === 'token'
      ? { token: { bearerToken: { name: who, key: 'token' } } }
      : { serviceAccount: { name: who } };
  const store = (who: Who, url = proxy.url) => ({
    spec: { server: { url }, auth: authOf(who), remoteNamespace },
    scope: { kind: 'SecretStore', name: 'cluster', namespace: 'team' } as const,
    kube,
  });

  return {
    values: 'own',
    identities: 'several',
    ...(auth === 'token' ? { rotates: true } : {}),
    emptyObjects: 'kept',
    documents: 'keys',
    names: 'plain',
    nameOf,
    store: (who) => store(who),
    async seed(secrets) {
      await mapConcurrently(secrets, 16, ({ key, json }) => host.write(nameOf(key), JSON.parse(json)));
    },
    remove: (key) => host.remove(nameOf(key)),
    finds: { tags: true, nameOf },
    // kubernetes.io/docs/concepts/configuration/secret: 1 MiB of data
    largest: 1_000_000,
    metadata: {
      tag: (key, name, value) => host.label(nameOf(key), name, value),
      property: (name) => `labels.${name}`,
    },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/secrets/, fault);
    },
    pushes: {
      kinds: ['property', 'whole'],
      unmanaged: 'overwritten',
      repeated: 'unchanged',
      deletes: 'property',
      writes: () => proxy.count(/^(POST|PUT|DELETE) .*\/secrets/),
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1'),
    ...(auth === 'token' || host.expire === undefined
      ? {}
      : { logins: { count: () => requested, expire: async () => host.expire?.() } }),
    credentials: () => host.credentials(),
    async stop() {
      await proxy.close();
      await host.stop();
    },
  };
}
