import type { InstalledKind } from './kind.ts';
import type { KubeObject } from './lib/objects.ts';

/** API group of the kinds that are shared with ESO. */
export const group = 'external-secrets.io';

/** API group of a kind. */
export function groupOf({ group: own = group }: InstalledKind): string {
  return own;
}

/** `apiVersion` of a kind's objects, as it is stored. */
export function apiVersionOf(kind: InstalledKind): string {
  return `${groupOf(kind)}/${kind.version}`;
}

/** The CustomResourceDefinition of a kind; one of v1 with v1beta1 and the same schema, for manifests that still name it. */
export function crd(kind: InstalledKind): KubeObject {
  const { version, shortName } = kind;
  const served = {
    schema: { openAPIV3Schema: rootSchema(kind) },
    ...(kind.status === undefined ? {} : { subresources: { status: {} } }),
    ...(kind.columns.length === 0 ? {} : { additionalPrinterColumns: kind.columns }),
    ...(kind.selectable === undefined
      ? {}
      : { selectableFields: kind.selectable.map((jsonPath) => ({ jsonPath })) }),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${groupOf(kind)}`,
      labels: { 'external-secrets.io/component': 'controller' },
    },
    spec: {
      group: groupOf(kind),
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        ...(shortName === undefined ? {} : { shortNames: [shortName] }),
        categories: ['external-secrets', ...(kind.categories ?? [])],
      },
      scope: kind.scope,
      // Written out: ESO's CRDs may carry a conversion webhook, which an apply without this field would leave behind.
      conversion: { strategy: 'None' },
      versions: [
        { name: version, served: true, storage: true, ...served },
        ...(version === 'v1' ? [{ ...older(kind), ...served }] : []),
      ],
    },
  };
}

/** v1beta1, with the same schema, for manifests that still name it. */
function older({ kind }: InstalledKind): object {
  return {
    name: 'v1beta1',
    served: true,
    storage: false,
    deprecated: true,
    deprecationWarning: `${group}/v1beta1 ${kind} is deprecated: change apiVersion to ${group}/v1`,
  };
}

/** Schema of the whole object. */
function rootSchema(kind: InstalledKind): object {
  return {
    type: 'object',
    description: kind.description,
    ...(hasToHave(kind) ? { required: ['spec'] } : {}),
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of this object.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { type: 'object' },
      spec: kind.spec,
      ...(kind.status === undefined ? {} : { status: kind.status }),
    },
  };
}

/** Whether an object needs a `spec`: without one its rules, and what it requires, would not be asked for. */
function hasToHave({ spec, group: own }: InstalledKind): boolean {
  return own === undefined || 'required' in spec || 'x-kubernetes-validations' in spec;
}
