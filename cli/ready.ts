import type { KubeObject } from '../composite-controllers/lib/objects.ts';

/** The Ready condition of an object, when it has one. */
export function readyOf({
  status,
}: KubeObject): { status: string; reason?: string; message?: string } | undefined {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.find((condition) => condition.type === 'Ready');
}

/** One line on how an ExternalSecret or store does. */
export function summary(parent: KubeObject): string {
  const { name, namespace } = parent.metadata;
  const ready = readyOf(parent);
  const where = `${parent.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  if (ready === undefined)
    return `none   ${where}: no status; its store may belong to another controller class`;
  const said = [ready.reason, ready.message, ...placesOf(parent)].filter((part) => part !== undefined);
  return `${ready.status === 'True' ? 'ready ' : 'failed'} ${where}: ${said.join(': ')}`;
}

/** Where a kind with an object in each namespace has one, and where it has none. */
function placesOf({ status, kind }: KubeObject): string[] {
  if (!kind.startsWith('Cluster') || kind === 'ClusterSecretStore') return [];
  const { provisionedNamespaces = [], failedNamespaces = [] } = (status ?? {}) as {
    provisionedNamespaces?: string[];
    failedNamespaces?: { namespace: string; reason?: string }[];
  };
  return [
    provisionedNamespaces.length === 0 ? 'in no namespace' : `in ${provisionedNamespaces.join(', ')}`,
    ...failedNamespaces.map(({ namespace, reason }) => `not in ${namespace}, ${reason}`),
  ];
}
