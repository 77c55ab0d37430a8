import { answer, type Case, elsewhere, home, mirror, nudge, one, secret, simple, spec, two } from './case.ts';

/** What a hook asks for, and how it can fail. */
export const casesOfHooks: readonly Case[] = [
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
];
