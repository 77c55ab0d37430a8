import type { ParentKind } from './kind.ts';
import type { KubeObject } from './lib/objects.ts';

/** API group of the kinds that are shared with ESO. */
export const group = 'external-secrets.io';

/** The CustomResourceDefinition of a kind; one of v1 with v1beta1 and the same schema, for manifests that still name it. */
export function crd(kind: ParentKind): KubeObject {
  const version = {
    schema: { openAPIV3Schema: rootSchema(kind) },
    subresources: { status: {} },
    additionalPrinterColumns: kind.columns,
    ...(kind.selectable === undefined
      ? {}
      : { selectableFields: kind.selectable.map((jsonPath) => ({ jsonPath })) }),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${group}`,
      labels: { 'external-secrets.io/component': 'controller' },
    },
    spec: {
      group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        shortNames: [kind.shortName],
        categories: ['external-secrets'],
      },
      scope: kind.scope,
      // Written out: ESO's CRDs may carry a conversion webhook, which an apply without this field would leave behind.
      conversion: { strategy: 'None' },
      versions: [
        { name: kind.version, served: true, storage: true, ...version },
        ...(kind.version === 'v1'
          ? [
              {
                name: 'v1beta1',
                served: true,
                storage: false,
                deprecated: true,
                deprecationWarning: `${group}/v1beta1 ${kind.kind} is deprecated: change apiVersion to ${group}/v1`,
                ...version,
              },
            ]
          : []),
      ],
    },
  };
}

/** Schema of the whole object. `spec` is required: without it the rules of `spec` would not be asked. */
function rootSchema(kind: ParentKind): object {
  return {
    type: 'object',
    description: kind.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of this object.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { type: 'object' },
      spec: kind.spec,
      status: kind.status,
    },
  };
}
