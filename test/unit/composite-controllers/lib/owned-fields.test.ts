import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ManagedFields, SecretObject } from '../../../../composite-controllers/lib/objects.ts';
import { echo } from '../../../../composite-controllers/lib/owned-fields.ts';

/** As it arrives: parsed from JSON, so that `__proto__` is a key. */
const parsed = <T>(json: string): T => JSON.parse(json) as T;

function observed(managedFields?: ManagedFields[]): SecretObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'app',
      namespace: 'team-a',
      uid: 'u',
      resourceVersion: '17',
      generation: 1,
      creationTimestamp: '2024-01-01T00:00:00Z',
      labels: parsed('{"controller-uid":"p","mine":"1","theirs":"2","__proto__":"3"}'),
      annotations: {
        mine: '1',
        theirs: '2',
        'metacontroller.k8s.io/last-applied-configuration': '{"data":{"a":"YQ=="}}',
      },
      finalizers: ['example.com/mine', 'example.com/theirs'],
      ownerReferences: [
        { apiVersion: 'v1', kind: 'ExternalSecret', name: 'app', uid: 'p', controller: true },
      ],
      ...(managedFields === undefined ? {} : { managedFields }),
    },
    type: 'Opaque',
    immutable: false,
    data: parsed('{"mine":"YQ==","theirs":"Yg==","__proto__":"Yw=="}'),
  };
}

const names = (...keys: string[]) =>
  Object.fromEntries(['.', ...keys.map((key) => `f:${key}`)].map((key) => [key, {}]));

function applied(over: Partial<ManagedFields> = {}): ManagedFields {
  return {
    manager: 'metacontroller',
    operation: 'Apply',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:data': names('mine', '__proto__', 'gone'),
      'f:metadata': {
        'f:labels': names('controller-uid', 'mine', '__proto__'),
        'f:annotations': names('mine'),
        'f:finalizers': { '.': {}, 'v:"example.com/mine"': {} },
        'f:ownerReferences': { 'k:{"uid":"p"}': {} },
      },
      'f:type': {},
    },
    ...over,
  };
}

const foreign: ManagedFields = {
  manager: 'kubectl',
  operation: 'Apply',
  fieldsV1: { 'f:data': names('theirs'), 'f:metadata': { 'f:labels': names('theirs') } },
};

const ours = parsed<SecretObject>(
  `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"app","namespace":"team-a",
    "labels":{"controller-uid":"p","mine":"1","__proto__":"3"},"annotations":{"mine":"1"},"finalizers":["example.com/mine"]},
    "type":"Opaque","data":{"mine":"YQ==","__proto__":"Yw=="}}`,
);

const everything = parsed<SecretObject>(
  `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"app","namespace":"team-a",
    "labels":{"controller-uid":"p","mine":"1","theirs":"2","__proto__":"3"},"annotations":{"mine":"1","theirs":"2"}},
    "type":"Opaque","immutable":false,"data":{"mine":"YQ==","theirs":"Yg==","__proto__":"Yw=="}}`,
);

/** Compares as sent: the order of keys does not matter, `__proto__` does. */
function assertSent(child: SecretObject, expected: SecretObject) {
  assert.deepEqual(parsed(JSON.stringify(child)), expected);
  assert.ok(JSON.stringify(child).includes('"__proto__":"Yw=="'));
}

test('the echo states what our apply owns, no more and no less', () => {
  assertSent(echo(observed([foreign, applied()])), ours);
});

test('the entry is known by the label that it owns, not by its manager’s name', () => {
  assertSent(echo(observed([applied({ manager: 'anything-else' }), foreign])), ours);
});

test('after the manager was renamed the fields under both names are stated', () => {
  const older = applied({
    manager: 'older',
    fieldsV1: {
      'f:data': names('theirs'),
      'f:immutable': {},
      'f:metadata': { 'f:labels': names('controller-uid') },
    },
  });
  const child = echo(observed([older, applied()]));
  assert.deepEqual(Object.keys(child.data ?? {}).sort(), ['__proto__', 'mine', 'theirs']);
  assert.equal(child.immutable, false);
});

test('without an apply of ours everything is stated: after a restore, a hand-over, another apply strategy', () => {
  const updates: (ManagedFields[] | undefined)[] = [
    undefined,
    [],
    [foreign],
    [applied({ operation: 'Update' })],
    [applied({ subresource: 'status' })],
    [applied({ fieldsV1: { 'f:data': names('mine') } })],
    [{}],
  ];
  for (const managedFields of updates) assertSent(echo(observed(managedFields)), everything);
});

test('no system metadata and no copy of values in an annotation is ever stated', () => {
  for (const managedFields of [undefined, [applied()]]) {
    const child = echo(observed(managedFields));
    const allowed = new Set(['name', 'namespace', 'labels', 'annotations', 'finalizers']);
    assert.deepEqual(
      Object.keys(child.metadata).filter((key) => !allowed.has(key)),
      [],
    );
    assert.ok(!JSON.stringify(child).includes('last-applied-configuration'));
  }
});

test('a Secret without data, labels or annotations is echoed without empty maps', () => {
  const bare: SecretObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app' } };
  assert.deepEqual(echo(bare), bare);
});

test('whatever is observed, each of our keys comes back with its value and none of others does', () => {
  const key = fc.string({ minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.uniqueArray(key), fc.uniqueArray(key), (mine, theirs) => {
      const data = Object.fromEntries(
        [...mine, ...theirs].map((name) => [name, Buffer.from(name).toString('base64')]),
      );
      const fieldsV1 = { 'f:data': names(...mine), 'f:metadata': { 'f:labels': names('controller-uid') } };
      const child = echo({ ...observed([applied({ fieldsV1 })]), data });
      assert.deepEqual(
        new Map(Object.entries(child.data ?? {})),
        new Map(Object.entries(data).filter(([name]) => mine.includes(name))),
      );
    }),
  );
});
