import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SyncResponse } from '../../../composite-controllers/controller.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import {
  isCanonicalBase64,
  serializeCustomize,
  serializeSync,
  UnsafeResponse,
} from '../../../server/response.ts';

const parent: KubeObject = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'app', namespace: 'team-a', uid: 'uid-1' },
};
const clusterParent: KubeObject = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ClusterExternalSecret',
  metadata: { name: 'app', uid: 'uid-2' },
};

const child = (fields: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  data: { password: 'aHVudGVyMg==' },
  ...fields,
  metadata: { name: 'app', namespace: 'team-a', ...metadata },
});

const send = (response: object, of: KubeObject = parent): string =>
  serializeSync(of, { status: {}, children: [], ...response } as SyncResponse);

describe('what is safe is sent as it is', () => {
  const cases: readonly [what: string, response: object, of?: KubeObject][] = [
    ['no children', { children: [] }],
    ['a Secret', { children: [child()] }],
    ['a Secret without data', { children: [child({ data: undefined })] }],
    ['an empty value', { children: [child({ data: { empty: '' } })] }],
    [
      'metadata that a user may write',
      { children: [child({}, { labels: { a: 'b' }, annotations: { c: '' }, finalizers: ['x.io/y'] })] },
    ],
    ['two Secrets during a rename', { children: [child(), child({}, { name: 'new' })] }],
    [
      'a Secret and a ConfigMap of one name',
      { children: [child(), child({ kind: 'ConfigMap', data: { a: '{"b":1}' } })] },
    ],
    ['a time', { resyncAfterSeconds: 1 }],
    ['a fraction', { resyncAfterSeconds: 287.5 }],
    ["the parent's own controller-uid", { children: [child({}, { labels: { 'controller-uid': 'uid-1' } })] }],
    [
      'children of a cluster-scoped parent in many namespaces',
      {
        children: [
          child({ kind: 'ExternalSecret', data: undefined, spec: {} }, { namespace: 'a' }),
          child({ kind: 'ExternalSecret', data: undefined, spec: {} }, { namespace: 'b' }),
        ],
      },
      clusterParent,
    ],
  ];
  for (const [what, response, of] of cases) {
    test(what, () => {
      const expected = JSON.parse(JSON.stringify({ status: {}, children: [], ...response }));
      assert.deepEqual(JSON.parse(send(response, of)), expected);
    });
  }

  test('`children` is always there, and nothing that the protocol does not know', () => {
    assert.deepEqual(JSON.parse(send({ error: 'x' })), { status: {}, children: [] });
  });
});

describe('what could delete, leak or crash is withheld', () => {
  const value = 'bm90IHRvIGJlIHNlZW4=';
  const cases: readonly [what: string, response: object, of?: KubeObject][] = [
    ['no status', { status: undefined }],
    ['a status of null, which would wipe it', { status: null }],
    ['a status that is a list', { status: [] }],
    ['no children', { children: undefined }],
    ['children of null', { children: null }],
    ['a null child, which crashes Metacontroller', { children: [null] }],
    ['a missing child', { children: [undefined] }],
    ['a child that is a list', { children: [[]] }],
    ['a child without a kind, which ends in an event', { children: [child({ kind: undefined })] }],
    ['an empty kind', { children: [child({ kind: '' })] }],
    ['a child without an apiVersion', { children: [child({ apiVersion: undefined })] }],
    ['a child without metadata', { children: [{ apiVersion: 'v1', kind: 'Secret' }] }],
    ['a child without a name', { children: [child({}, { name: undefined })] }],
    ['a child without a namespace', { children: [child({}, { namespace: undefined })] }],
    ['a child in another namespace', { children: [child({}, { namespace: 'team-b' })] }],
    [
      'a child of a cluster-scoped parent without a namespace',
      { children: [child({}, { namespace: '' })] },
      clusterParent,
    ],
    ['an ownerReference', { children: [child({}, { ownerReferences: [] })] }],
    ['a uid', { children: [child({}, { uid: 'x' })] }],
    ['a resourceVersion', { children: [child({}, { resourceVersion: '1' })] }],
    ['managedFields', { children: [child({}, { managedFields: [] })] }],
    ['a creationTimestamp', { children: [child({}, { creationTimestamp: 'x' })] }],
    ['a status of a child', { children: [child({ status: {} })] }],
    ['stringData', { children: [child({ stringData: { a: 'b' } })] }],
    ['data of null', { children: [child({ data: null })] }],
    ['a null value', { children: [child({ data: { password: value, a: null } })] }],
    ['a number, which ends in an event', { children: [child({ data: { password: value, a: 1 } })] }],
    ['plain text', { children: [child({ data: { password: value, a: 'hunter2!' } })] }],
    ['base64 without padding', { children: [child({ data: { password: value, a: 'YQ' } })] }],
    ['base64 of the URL alphabet', { children: [child({ data: { password: value, a: '-_-_' } })] }],
    ['base64 with stray bits', { children: [child({ data: { password: value, a: 'YR==' } })] }],
    ['base64 with a line end', { children: [child({ data: { password: value, a: 'YWJj\n' } })] }],
    ['a type of null', { children: [child({ type: null })] }],
    ['a label of null', { children: [child({}, { labels: { a: null } })] }],
    ['labels of null', { children: [child({}, { labels: null })] }],
    ['an annotation that is a number', { children: [child({}, { annotations: { a: 1 } })] }],
    ['a finalizer of null', { children: [child({}, { finalizers: [null] })] }],
    ['a child twice', { children: [child(), child({ data: {} })] }],
    ['a time of 0, which Metacontroller ignores', { resyncAfterSeconds: 0 }],
    ['a negative time', { resyncAfterSeconds: -1 }],
    ['a time that is no number', { resyncAfterSeconds: Number.NaN }],
    ['endless time', { resyncAfterSeconds: Number.POSITIVE_INFINITY }],
    ['a time as text', { resyncAfterSeconds: '30' }],
    ['more than 32 MiB', { status: { text: 'x'.repeat(32 * 1024 * 1024) } }],
  ];
  for (const [what, response, of] of cases) {
    test(what, () => {
      assert.throws(
        () => send(response, of),
        (error) => {
          assert.ok(error instanceof UnsafeResponse, String(error));
          assert.doesNotMatch(`${error.message}${error.rule}`, /hunter2|bm90/);
          return true;
        },
      );
    });
  }
});

describe("a user's controller-uid label", () => {
  test('is left out, since the selector of the parent would refuse the child for ever', () => {
    const labelled = child({}, { labels: { 'controller-uid': 'somebody', team: 'a' } });
    const sent = JSON.parse(send({ children: [labelled] }));
    assert.deepEqual(sent.children[0].metadata.labels, { team: 'a' });
    assert.equal(
      labelled.metadata.labels?.['controller-uid'],
      'somebody',
      'the object itself is not touched',
    );
    assert.deepEqual(sent.children[0].data, labelled.data);
  });
});

describe('a key called __proto__', () => {
  const own = (key: string, value: unknown) => Object.fromEntries([[key, value]]);

  test('arrives, in data and beside a label that is left out', () => {
    const secret = child(
      { data: own('__proto__', 'YQ==') },
      { labels: { ...own('__proto__', 'b'), 'controller-uid': 'other' } },
    );
    const body = send({ children: [secret] });
    assert.ok(body.includes('"data":{"__proto__":"YQ=="}'));
    assert.ok(body.includes('"labels":{"__proto__":"b"}'));
  });

  test('is checked like every other', () => {
    assert.throws(() => send({ children: [child({ data: own('__proto__', 1) })] }), UnsafeResponse);
    assert.throws(() => send({ children: [child({}, own('__proto__', {}))] }), UnsafeResponse);
  });
});

test('base64 is canonical exactly when encoding its bytes gives it back', () => {
  const alphabet = 'ABab09+/=-_ \n';
  for (let length = 0; length <= 4; length += 1) {
    for (let index = 0; index < alphabet.length ** length; index += 1) {
      let rest = index;
      let text = '';
      for (let at = 0; at < length; at += 1) {
        text += alphabet[rest % alphabet.length];
        rest = Math.floor(rest / alphabet.length);
      }
      const expected = Buffer.from(text, 'base64').toString('base64') === text;
      assert.equal(isCanonicalBase64(text), expected, JSON.stringify(text));
    }
  }
  const megabyte = Buffer.alloc(1024 * 1024 + 1, 7).toString('base64');
  assert.equal(isCanonicalBase64(megabyte), true);
  assert.equal(isCanonicalBase64(`${megabyte.slice(0, -1)}!`), false);
});

describe('finalized', () => {
  test('is said by finalize alone', () => {
    const response = { status: {}, children: [], finalized: true } as const;
    assert.equal(JSON.parse(serializeSync(parent, response, 'finalize')).finalized, true);
    assert.throws(() => serializeSync(parent, response, 'sync'), UnsafeResponse);
  });
});

describe('GHSA-fcxq-v2r3-cc8h: a selector of a parent with a namespace', () => {
  const select = (of: KubeObject, namespace?: string) =>
    serializeCustomize(of, {
      relatedResources: [
        {
          apiVersion: 'v1',
          resource: 'secrets',
          ...(namespace === undefined ? {} : { namespace }),
          labelSelector: {},
        },
      ],
    });

  test('looks into that namespace and into no other', () => {
    assert.deepEqual(JSON.parse(select(parent, 'team-a')).relatedResources, [
      { apiVersion: 'v1', resource: 'secrets', namespace: 'team-a', labelSelector: {} },
    ]);
    assert.throws(() => select(parent), UnsafeResponse);
    assert.throws(() => select(parent, 'team-b'), UnsafeResponse);
  });

  test('a parent without one selects Namespaces, and nothing that they keep', () => {
    const labelSelector = { matchLabels: { team: 'a' } };
    const rule = { apiVersion: 'v1', resource: 'namespaces', labelSelector };
    const text = serializeCustomize(clusterParent, { relatedResources: [rule] });
    assert.deepEqual(JSON.parse(text).relatedResources, [rule]);
    assert.throws(() => select(clusterParent), UnsafeResponse);
  });
});
