import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { crdType } from '../../../../local/metacontroller/discovery.ts';
import { KubeApiError, type ResourceType } from '../../../../server/kube-api.ts';
import { namespace } from '../../properties/cluster.ts';
import { type Bench, onBench as onAnyBench } from './bench.ts';

export const onBench = (work: (bench: Bench) => Promise<void>) =>
  onAnyBench(work, { genericTargets: 'allowed' });
export const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
export const widgetType: ResourceType = {
  group: 'example.com',
  version: 'v1',
  resource: 'widgets',
  kind: 'Widget',
  namespaced: true,
};
export const widget = { apiVersion: 'example.com/v1', kind: 'Widget' };

export async function installWidgets({ cluster }: Bench): Promise<void> {
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await cluster.as('user').create(crdType, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  });
}

export async function found(
  { cluster }: Bench,
  type: ResourceType,
  name = 'mine',
): Promise<KubeObject | undefined> {
  try {
    return await cluster.as('user').get(type, namespace, name);
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 404) return undefined;
    throw error;
  }
}

export const put = ({ cluster }: Bench, type: ResourceType, object: object) =>
  cluster.as('user').create(type, { metadata: { name: 'mine', namespace }, ...object } as KubeObject);
