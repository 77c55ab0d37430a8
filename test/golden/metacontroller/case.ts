import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';

/** A canned answer of the recording hook. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type CaseKind = 'Mirror' | 'ClusterMirror' | 'Secret' | 'Namespace' | 'CompositeController';

/** What the user, or somebody else in the cluster, does. */
export type Action =
  | { readonly create: KubeObject }
  | {
      readonly merge: CaseKind;
      readonly name: string;
      readonly patch: object;
      readonly subresource?: 'status';
    }
  | { readonly remove: CaseKind; readonly name: string }
  /** The next answers of a hook, in place of those out of the parent's spec. */
  | { readonly answer: 'sync' | 'finalize' | 'customize'; readonly with: readonly Reply[] };

/** One conversation: a CompositeController, then actions, each with everything that follows from it. */
export interface Case {
  readonly name: string;
  readonly parent?: 'ClusterMirror';
  readonly hooks?: readonly ('customize' | 'finalize')[];
  readonly parentResource?: object;
  readonly children?: 'none';
  readonly steps: readonly (readonly [what: string, ...actions: Action[]])[];
}

/** The namespace in which every case plays. */
export const home = 'golden';
/** A second namespace, labelled `team=other`. */
export const elsewhere = 'golden-other';

export const secret = (
  name: string,
  data: Record<string, string>,
  metadata: object = {},
  rest: object = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, ...metadata },
  data,
  ...rest,
});
export const mirror = (spec: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'golden.keyhook.test/v1',
  kind: 'Mirror',
  metadata: { name: 'db', namespace: home, ...metadata },
  spec,
});
export const one = 'b25l';
export const two = 'dHdv';
export const spec = (patch: object): Action => ({ merge: 'Mirror', name: 'db', patch: { spec: patch } });
export const answer = (hook: 'sync' | 'finalize' | 'customize', ...replies: (string | Reply)[]): Action => ({
  answer: hook,
  with: replies.map((reply) => (typeof reply === 'string' ? { status: 200, body: reply } : reply)),
});
export const nudge = (value: string): Action => spec({ nudge: value });
export const simple = mirror({ children: [secret('db', { password: one })] });
