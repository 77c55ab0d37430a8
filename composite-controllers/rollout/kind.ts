/** Workloads that can be restarted by a change of their pod template. */
export const workloadKinds = [
  { kind: 'Deployment', resource: 'deployments' },
  { kind: 'StatefulSet', resource: 'statefulsets' },
  { kind: 'DaemonSet', resource: 'daemonsets' },
] as const;

/** Of all of them. */
export const workloadApiVersion = 'apps/v1';
