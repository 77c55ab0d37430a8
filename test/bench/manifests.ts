import type { KubeObject } from '../../composite-controllers/lib/objects.ts';

/** An ExternalSecret of a GitOps repository: sixteen keys, labels and annotations as its tools add them. */

const namespace = 'team-payments';
const keys = Array.from({ length: 16 }, (_, i) => `DATABASE_SETTING_${i}`);

/** The namespace, and a store whose values stand in itself. */
export function manifests(): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata: { name: 'backend', namespace },
      spec: {
        provider: {
          fake: {
            data: keys.map((key, i) => ({ key: `payments/${key}`, value: `value-${i}-`.repeat(8) })),
          },
        },
      },
    },
  ];
}

export function externalSecret(i: number): KubeObject {
  const name = `payments-service-${i}`;
  const spec = {
    refreshInterval: '8760h',
    secretStoreRef: { name: 'backend', kind: 'SecretStore' },
    target: { name: `${name}-credentials`, creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    data: keys.map((secretKey) => ({ secretKey, remoteRef: { key: `payments/${secretKey}` } })),
  };
  const labels = {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/part-of': 'payments',
    'app.kubernetes.io/managed-by': 'argocd',
    'argocd.argoproj.io/instance': 'payments-production',
  };
  const head = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' };
  return {
    ...head,
    metadata: {
      name,
      namespace,
      labels,
      annotations: {
        'argocd.argoproj.io/sync-wave': '-1',
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
          ...head,
          metadata: { name, namespace, labels },
          spec,
        }),
      },
    },
    spec,
  };
}
