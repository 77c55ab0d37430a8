import type { Schema } from '../schema/schema.ts';
import { defineKind, type Kind, wholeObject } from './kind.ts';

const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Workloads as far as whoever watches and patches them sees them: nothing runs, and no field of a spec is checked or filled in. */
export const appsKinds: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) =>
  defineKind({
    group: 'apps',
    resource: `${kind.toLowerCase()}s`,
    kind,
    origin: 'builtin',
    versions: [
      { name: 'v1', served: true, schema: wholeObject({ properties: { spec: open, status: open } }) },
    ],
    features: new Set(['status', 'generation', 'unconditionalUpdate']),
    reset: ['status'],
  }),
);
