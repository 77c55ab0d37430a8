import { answer, type Case, elsewhere, home, mirror, nudge, one, secret, simple, spec, two } from './case.ts';

/** What happens to parents, children and controllers. */
export const casesOfObjects: readonly Case[] = [
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
