import { randomUUID } from 'node:crypto';
import type { KubeReader } from '../../../providers/kit/kube.ts';
import { startHttpEndpoint } from '../../fakes/http-endpoint.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { exactTexts } from '../cases-values.ts';
import { type Backend, type Harness, memoryKube } from '../harness.ts';

/** An endpoint whose keys are paths, and a property the name of a member of what it answers. */
export const harnesses: readonly Harness[] = [
  { name: 'webhook (loopback)', provider: 'webhook', dialect: 'as-given', start },
];

async function start(): Promise<Backend> {
  const token = randomUUID();
  const endpoint = await startHttpEndpoint(token);
  const proxy = await startRecordingProxy(endpoint.url);
  const pathOf = (key: string) => `/${encodeURIComponent(key).replaceAll('%20', '+')}`;
  const base = memoryKube({ 'team/endpoint': { token } }, 'no token is asked for');
  const kube: KubeReader = {
    ...base,
    async secret(namespace, name) {
      const secret = await base.secret(namespace, name);
      return secret && { ...secret, labels: { 'external-secrets.io/type': 'webhook' } };
    },
  };
  const store = (url = proxy.url) => ({
    spec: {
      url: `${url}/{{ if .remoteRef.key }}{{ .remoteRef.key }}{{ else }}{{ .remoteRef.remoteKey }}{{ end }}`,
      headers: { Authorization: 'Bearer {{ .auth.token }}' },
      result: { jsonPath: '{{ with .remoteRef.property }}$["{{ . }}"]{{ end }}' },
      secrets: [{ name: 'auth', secretRef: { name: 'endpoint' } }],
    },
    scope: { kind: 'SecretStore', name: 'webhook', namespace: 'team' } as const,
    kube,
  });
  return {
    values: 'own',
    identities: 'none',
    emptyObjects: 'kept',
    documents: 'keys',
    properties: ['', 'v', 'key', ...Object.keys(exactTexts), 'one', 'two'],
    store: () => store(),
    async seed(secrets) {
      for (const { key, json } of secrets) endpoint.values.set(pathOf(key), Buffer.from(json));
    },
    remove: async (key) => void endpoint.values.delete(pathOf(key)),
    // What providers/kit/http.ts accepts.
    largest: 4 * 1024 * 1024,
    undetectable: ['garbage'],
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/./, fault);
    },
    nowhere: () => store('http://127.0.0.1:1'),
    pushes: {
      kinds: ['key', 'whole'],
      unmanaged: 'overwritten',
      repeated: 'written',
      deletes: 'secret',
    },
    credentials: () => [token],
    async stop() {
      await proxy.close();
      await endpoint.close();
    },
  };
}
