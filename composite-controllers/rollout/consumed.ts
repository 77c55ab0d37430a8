import type { KubeObject } from '../lib/objects.ts';

/** How a pod template refers to a Secret: pods of a `required` one wait until it is there. */
export type Reference = 'required' | 'optional';

interface Named {
  readonly name?: string;
  readonly optional?: boolean;
}

interface Container {
  readonly env?: readonly { readonly valueFrom?: { readonly secretKeyRef?: Named } }[];
  readonly envFrom?: readonly { readonly secretRef?: Named }[];
}

interface Volume {
  readonly secret?: { readonly secretName?: string; readonly optional?: boolean };
  readonly projected?: { readonly sources?: readonly { readonly secret?: Named }[] };
}

interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
}

/** Sorted by name. */
export type Consumed = ReadonlyMap<string, Reference>;

/**
 * The Secrets whose data the pods of a workload work with: in the environment and the volumes of containers, init
 * containers among them. Not imagePullSecrets: the kubelet reads those at each pull, so no pod has an old one. Pure.
 */
export function consumedSecrets({ spec }: KubeObject): Consumed {
  const pod = (spec as { template?: { spec?: PodSpec } } | undefined)?.template?.spec ?? {};
  const containers = [...(pod.initContainers ?? []), ...(pod.containers ?? [])];
  const named: (Named | undefined)[] = [
    ...containers.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.secretKeyRef)),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ secretRef }) => secretRef)),
    ...(pod.volumes ?? []).flatMap(({ secret, projected }) => [
      secret && { name: secret.secretName ?? '', optional: secret.optional === true },
      ...(projected?.sources ?? []).map((source) => source.secret),
    ]),
  ];
  const found = new Map<string, Reference>();
  for (const { name = '', optional } of named.filter((reference) => reference !== undefined)) {
    if (name === '') continue;
    found.set(name, optional === true && found.get(name) !== 'required' ? 'optional' : 'required');
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
