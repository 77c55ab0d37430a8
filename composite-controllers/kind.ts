import type { Schema } from '../providers/kit/schema.ts';

/** A kind that is installed in a cluster: what its CRD says. */
export interface InstalledKind {
  /** Its folder, where the generated files are kept. */
  readonly folder: string;
  /** Absent: that of stores and ExternalSecrets. */
  readonly group?: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortName?: string;
  /** The version that is stored; v1 is served as v1beta1, too. */
  readonly version: 'v1' | 'v1alpha1';
  readonly scope: 'Namespaced' | 'Cluster';
  readonly description: string;
  readonly spec: Schema;
  /** Absent: nobody writes one. */
  readonly status?: Schema;
  readonly columns: readonly PrinterColumn[];
  /** JSON paths that `--field-selector` understands. */
  readonly selectable?: readonly string[];
  /** Beside `external-secrets`. */
  readonly categories?: readonly string[];
}

/** A kind whose objects Metacontroller brings to the hooks. */
export interface ParentKind extends InstalledKind {
  readonly status: Schema;
  /** Path segment of its hooks and end of its CompositeController's name. */
  readonly controller: string;
  readonly hooks: readonly ('sync' | 'finalize' | 'customize')[];
  /** Resources whose objects the hook returns as children. */
  readonly children: readonly { readonly apiVersion: string; readonly resource: string }[];
}

/** A column of `kubectl get`; those of priority 1 appear with `-o wide`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  readonly priority?: 1;
}

/** Path of a field of the Ready condition. */
export const readyField = (field: 'status' | 'reason' | 'message') =>
  `.status.conditions[?(@.type=="Ready")].${field}`;
