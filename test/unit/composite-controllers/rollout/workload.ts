import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';

/** A Deployment `team-a/app` that wants rollouts, and whose pods have the Secret `db` in their environment. */
export function deployment(annotations: Record<string, string> = {}, podSpec?: object): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'app',
      namespace: 'team-a',
      uid: 'workload-uid',
      resourceVersion: '1',
      annotations: { 'keyhook.dev/rollout': 'true', ...annotations },
    },
    spec: {
      template: {
        metadata: { labels: { app: 'x' } },
        spec: podSpec ?? { containers: [{ name: 'c', envFrom: [{ secretRef: { name: 'db' } }] }] },
      },
    },
  };
}
