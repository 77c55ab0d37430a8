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

const secret = (
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
const mirror = (spec: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'golden.keyhook.test/v1',
  kind: 'Mirror',
  metadata: { name: 'db', namespace: home, ...metadata },
  spec,
});
const one = 'b25l';
const two = 'dHdv';
const spec = (patch: object): Action => ({ merge: 'Mirror', name: 'db', patch: { spec: patch } });
const answer = (hook: 'sync' | 'finalize' | 'customize', ...replies: (string | Reply)[]): Action => ({
  answer: hook,
  with: replies.map((reply) => (typeof reply === 'string' ? { status: 200, body: reply } : reply)),
});
const nudge = (value: string): Action => spec({ nudge: value });
const simple = mirror({ children: [secret('db', { password: one })] });

/** What is recorded from Metacontroller and replayed against the stand-in. */
export const cases: readonly Case[] = [
  {
    name: 'a-secret-lives',
    steps: [
      ['created', { create: simple }],
      ['spec changes', spec({ children: [secret('db', { password: two, user: one })] })],
      ['a key goes', spec({ children: [secret('db', { password: two })] })],
      ['labels change', { merge: 'Mirror', name: 'db', patch: { metadata: { labels: { team: 'a' } } } }],
      [
        'somebody writes the status',
        { merge: 'Mirror', name: 'db', patch: { status: { foreign: 1 } }, subresource: 'status' },
      ],
      [
        'somebody edits the Secret',
        { merge: 'Secret', name: 'db', patch: { data: { password: one, extra: one } } },
      ],
      ['somebody deletes the Secret', { remove: 'Secret', name: 'db' }],
      ['a name changes', spec({ children: [secret('renamed', { password: two })] })],
      ['no child is returned', spec({ children: [] })],
      ['children is left out', spec({ children: null })],
    ],
  },
  {
    name: 'status-changes-ignored',
    parentResource: { ignoreStatusChanges: true },
    steps: [
      ['created', { create: simple }],
      [
        'somebody writes the status',
        { merge: 'Mirror', name: 'db', patch: { status: { foreign: 1 } }, subresource: 'status' },
      ],
      [
        'annotations change',
        { merge: 'Mirror', name: 'db', patch: { metadata: { annotations: { note: 'a' } } } },
      ],
      [
        'a finalizer is added',
        { merge: 'Mirror', name: 'db', patch: { metadata: { finalizers: ['golden.keyhook.test/hold'] } } },
      ],
      ['deleted, but held by that finalizer', { remove: 'Mirror', name: 'db' }],
      ['the finalizer goes', { merge: 'Mirror', name: 'db', patch: { metadata: { finalizers: null } } }],
    ],
  },
  {
    name: 'related-objects',
    hooks: ['customize'],
    steps: [
      [
        'they are there',
        { create: secret('source', { a: one }, { namespace: home, labels: { use: 'yes' } }) },
      ],
      [
        'created, asking by name',
        {
          create: mirror({
            children: [secret('db', { password: one })],
            related: [
              { apiVersion: 'v1', resource: 'secrets', namespace: home, names: ['source', 'absent'] },
            ],
          }),
        },
      ],
      ['the related object changes', { merge: 'Secret', name: 'source', patch: { data: { a: two } } }],
      ['an unrelated object changes', { create: secret('unrelated', { a: one }, { namespace: home }) }],
      ['the absent one appears', { create: secret('absent', { a: one }, { namespace: home }) }],
      ['and goes', { remove: 'Secret', name: 'absent' }],
      [
        'the parent is labelled',
        { merge: 'Mirror', name: 'db', patch: { metadata: { labels: { team: 'a' } } } },
      ],
      [
        'asks by label',
        spec({
          related: [
            {
              apiVersion: 'v1',
              resource: 'secrets',
              namespace: home,
              labelSelector: { matchLabels: { use: 'yes' } },
            },
          ],
        }),
      ],
      ['the label goes', { merge: 'Secret', name: 'source', patch: { metadata: { labels: { use: 'no' } } } }],
      ['another change goes unnoticed', { merge: 'Secret', name: 'source', patch: { data: { a: one } } }],
      [
        'asks by label expression in every namespace',
        spec({
          related: [
            {
              apiVersion: 'v1',
              resource: 'secrets',
              labelSelector: { matchExpressions: [{ key: 'use', operator: 'In', values: ['no', 'maybe'] }] },
            },
          ],
        }),
      ],
      [
        'one appears elsewhere',
        { create: secret('far', { a: one }, { namespace: elsewhere, labels: { use: 'maybe' } }) },
      ],
      [
        'asks by namespace selector',
        spec({
          related: [
            { apiVersion: 'v1', resource: 'secrets', namespaceSelector: { matchLabels: { team: 'other' } } },
          ],
        }),
      ],
      [
        'asks for its Namespace',
        spec({ related: [{ apiVersion: 'v1', resource: 'namespaces', names: [elsewhere] }] }),
      ],
      [
        'the Namespace is labelled',
        { merge: 'Namespace', name: elsewhere, patch: { metadata: { labels: { tier: 'x' } } } },
      ],
      [
        'asks for names and labels together',
        spec({ related: [{ apiVersion: 'v1', resource: 'secrets', names: ['a'], namespaceSelector: {} }] }),
      ],
      ['asks for an unknown type', spec({ related: [{ apiVersion: 'v1', resource: 'gizmos' }] })],
      ['asks for nothing', spec({ related: [] })],
    ],
  },
  {
    name: 'hook-failures',
    hooks: ['customize'],
    steps: [
      [
        'created while the hook is busy',
        answer('sync', { status: 429, body: 'busy', headers: { 'retry-after': '1' } }),
        { create: simple },
      ],
      [
        '500 twice',
        answer('sync', { status: 500, body: '{"error":"E"}' }, { status: 500, body: '{"error":"E"}' }),
        nudge('a'),
      ],
      ['201', answer('sync', { status: 201, body: '{"children":[]}' }), nudge('b')],
      [
        '503 with Retry-After',
        answer('sync', { status: 503, body: 'down', headers: { 'retry-after': '1' } }),
        nudge('c'),
      ],
      ['an empty body', answer('sync', ''), nudge('d')],
      ['HTML', answer('sync', '<html></html>'), nudge('e')],
      ['cut off', answer('sync', '{"children":[{"kind":"Sec'), nudge('f')],
      ['two values', answer('sync', '{} {}'), nudge('g')],
      ['a wrong case', answer('sync', '{"Children":[]}'), nudge('h')],
      ['unknown fields', answer('sync', '{"error":"E","more":1,"children":[]}'), nudge('i')],
      ['a duplicate field', answer('sync', '{"children":[],"children":[]}'), nudge('j')],
      ['a duplicate in status', answer('sync', '{"children":[],"status":{"a":{"b":1,"b":2}}}'), nudge('k')],
      ['a wrong type', answer('sync', '{"resyncAfterSeconds":"30"}'), nudge('l')],
      ['a wrong type of status', answer('sync', '{"status":[1]}'), nudge('m')],
      ['an array', answer('sync', '[]'), nudge('n')],
      [
        'a child without kind',
        answer('sync', '{"children":[{"apiVersion":"v1","metadata":{"name":"x"}}]}'),
        nudge('o'),
      ],
      ['a child that is a string', answer('sync', '{"children":["x"]}'), nudge('p')],
      [
        'a child of an unknown kind',
        answer('sync', '{"children":[{"apiVersion":"v1","kind":"Gizmo","metadata":{"name":"x"}}]}'),
        nudge('q'),
      ],
      [
        'a child without apiVersion',
        answer('sync', '{"children":[{"kind":"Secret","metadata":{"name":"x"}}]}'),
        nudge('r'),
      ],
      [
        'a child without name',
        answer('sync', '{"children":[{"apiVersion":"v1","kind":"Secret","metadata":{}}]}'),
        nudge('s'),
      ],
      ['customize says 500', answer('customize', { status: 500, body: 'no' }), nudge('t')],
      [
        'customize has an unknown field in a rule',
        answer('customize', '{"relatedResources":[{"apiVersion":"v1","resource":"secrets","name":"x"}]}'),
        nudge('u'),
      ],
      [
        'customize has a wrong type in a rule',
        answer('customize', '{"relatedResources":[{"apiVersion":"v1","resource":"secrets","names":"x"}]}'),
        nudge('v'),
      ],
      ['customize answers an array', answer('customize', '[]'), nudge('w')],
      ['null', answer('sync', 'null'), nudge('x')],
      ['comes back after a second', answer('sync', '{"children":[],"resyncAfterSeconds":1}'), nudge('y')],
    ],
  },
  {
    name: 'whose-secret',
    steps: [
      [
        'somebody has a Secret',
        { create: secret('free', { theirs: one, password: one }, { namespace: home }) },
      ],
      [
        'another controller has one',
        {
          create: secret(
            'owned',
            { theirs: one },
            {
              namespace: home,
              ownerReferences: [
                {
                  apiVersion: 'v1',
                  kind: 'ConfigMap',
                  name: 'x',
                  uid: '11111111-1111-4111-8111-111111111111',
                  controller: true,
                },
              ],
            },
          ),
        },
      ],
      [
        'the unowned name is asked for',
        { create: mirror({ children: [secret('free', { password: two })] }) },
      ],
      [
        'the owned name is asked for',
        spec({ children: [secret('free', { password: two }), secret('owned', { password: two })] }),
      ],
      ['only one is left', spec({ children: [secret('free', { password: two })] })],
      ['our label is stripped', { merge: 'Secret', name: 'free', patch: { metadata: { labels: null } } }],
      [
        'our ownerReference is stripped',
        { merge: 'Secret', name: 'free', patch: { metadata: { ownerReferences: null } } },
      ],
      [
        'the old way of applying left its annotation',
        {
          merge: 'Secret',
          name: 'free',
          patch: { metadata: { annotations: { 'metacontroller.k8s.io/last-applied-configuration': '{}' } } },
        },
      ],
      [
        'another label value',
        spec({ children: [secret('free', { password: two }, { labels: { 'controller-uid': 'mine' } })] }),
      ],
    ],
  },
  {
    name: 'two-parents-one-target',
    steps: [
      ['the first', { create: mirror({ children: [secret('shared', { k: one })] }) }],
      ['the second', { create: mirror({ children: [secret('shared', { k: two })] }, { name: 'rival' }) }],
      ['the first again', nudge('a')],
      ['the second goes', { remove: 'Mirror', name: 'rival' }],
    ],
  },
  {
    name: 'one-child-fails',
    steps: [
      ['created', { create: mirror({ children: [secret('a', { k: one }), secret('b', { k: one })] }) }],
      [
        'a type changes',
        spec({ children: [secret('a', { k: one }, {}, { type: 'other/type' }), secret('b', { k: two })] }),
      ],
      ['and back', spec({ children: [secret('a', { k: two }), secret('b', { k: two })] })],
    ],
  },
  {
    name: 'finalize',
    hooks: ['customize', 'finalize'],
    parentResource: { ignoreStatusChanges: true },
    steps: [
      ['created', { create: simple }],
      [
        'not finalized at once',
        answer('finalize', '{"children":[],"finalized":false}'),
        { remove: 'Mirror', name: 'db' },
      ],
      ['created again', { create: simple }],
      ['finalize fails', answer('finalize', { status: 500, body: 'no' }), { remove: 'Mirror', name: 'db' }],
      ['created again', { create: simple }],
      ['customize fails', answer('customize', { status: 500, body: 'no' }), { remove: 'Mirror', name: 'db' }],
    ],
  },
  {
    name: 'selected-parents',
    hooks: ['finalize'],
    parentResource: { labelSelector: { matchLabels: { watch: 'yes' } } },
    steps: [
      ['not selected', { create: simple }],
      ['opts in', { merge: 'Mirror', name: 'db', patch: { metadata: { labels: { watch: 'yes' } } } }],
      ['opts out', { merge: 'Mirror', name: 'db', patch: { metadata: { labels: { watch: 'no' } } } }],
    ],
  },
  {
    name: 'cluster-scoped-parent',
    parent: 'ClusterMirror',
    steps: [
      [
        'created',
        {
          create: {
            apiVersion: 'golden.keyhook.test/v1',
            kind: 'ClusterMirror',
            metadata: { name: 'wide' },
            spec: {
              children: [
                secret('near', { k: one }, { namespace: home }),
                secret('far', { k: one }, { namespace: elsewhere }),
              ],
            },
          },
        },
      ],
      ['somebody edits one', { merge: 'Secret', name: 'near', patch: { data: { k: two } } }],
      [
        'the hook fails',
        answer('sync', { status: 500, body: 'no' }),
        { merge: 'ClusterMirror', name: 'wide', patch: { spec: { nudge: 'a' } } },
      ],
      [
        'one goes',
        {
          merge: 'ClusterMirror',
          name: 'wide',
          patch: { spec: { children: [secret('near', { k: one }, { namespace: home })] } },
        },
      ],
    ],
  },
  {
    name: 'no-children',
    children: 'none',
    parentResource: { ignoreStatusChanges: true },
    steps: [
      ['created', { create: mirror({}) }],
      ['a child of a kind that is not configured', spec({ children: [secret('stray', { k: one })] })],
      ['it is not returned any more', spec({ children: [] })],
    ],
  },
  {
    name: 'controller-changes',
    steps: [
      ['a parent', { create: simple }],
      [
        'the controller is annotated',
        {
          merge: 'CompositeController',
          name: 'controller-changes',
          patch: { metadata: { annotations: { note: 'a' } } },
        },
      ],
      [
        'the controller changes',
        {
          merge: 'CompositeController',
          name: 'controller-changes',
          patch: { spec: { resyncPeriodSeconds: 3600 } },
        },
      ],
    ],
  },
];
