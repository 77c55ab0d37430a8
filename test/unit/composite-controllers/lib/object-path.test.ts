import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ValueError } from '../../../../composite-controllers/lib/errors.ts';
import { copyAt, parsePath, putAt } from '../../../../composite-controllers/lib/object-path.ts';

describe('paths into objects', () => {
  it('are names and places in lists', () => {
    assert.deepEqual(parsePath('spec.rules[0].from[12].notRemoteIpBlocks'), [
      'spec',
      'rules',
      0,
      'from',
      12,
      'notRemoteIpBlocks',
    ]);
    assert.deepEqual(parsePath('a[0][1]'), ['a', 0, 1]);
  });

  const refused: [path: string, message: string][] = [
    ['', 'empty segment'],
    ['a..b', 'empty segment'],
    ['a.', 'empty segment'],
    ['[0]', 'path must start with a key'],
    ['[0].test', 'path must start with a key'],
    ['a[0', "unterminated '['"],
    ['a[abc]', 'bad index "abc"'],
    ['a[]', 'bad index ""'],
    ['a[-1]', 'negative index -1'],
    ['a[10001]', 'index 10001 exceeds maximum (10000)'],
    ['a[0]b', `expected '[' near "b"`],
  ];
  for (const [path, message] of refused) {
    it(`"${path}" is none: ${message}`, () => {
      assert.throws(
        () => parsePath(path),
        (error) => error instanceof ValueError && error.message === `invalid path "${path}": ${message}`,
      );
    });
  }
});

describe('putting a value at a path', () => {
  const rows: [name: string, before: object, path: string, value: unknown, after: object][] = [
    ['makes what is missing', {}, 'spec.a.b', 1, { spec: { a: { b: 1 } } }],
    [
      'keeps what is beside it',
      { spec: { x: 1, a: { y: 2 } } },
      'spec.a.b',
      3,
      { spec: { x: 1, a: { y: 2, b: 3 } } },
    ],
    ['replaces what is there', { spec: { a: { b: 1 } } }, 'spec.a', 'x', { spec: { a: 'x' } }],
    [
      'keeps the case of letters',
      {},
      'spec.headers.customRequestHeaders',
      {},
      { spec: { headers: { customRequestHeaders: {} } } },
    ],
    [
      'lets a list grow with nulls',
      {},
      'spec.containers[1].image',
      'i',
      { spec: { containers: [null, { image: 'i' }] } },
    ],
    ['goes into a list that is there', { a: [{ b: 1 }, 2] }, 'a[0].c', 3, { a: [{ b: 1, c: 3 }, 2] }],
    ['takes null for nothing', { spec: null }, 'spec.a', 1, { spec: { a: 1 } }],
    ['takes __proto__ for a name', {}, '__proto__.a', 1, JSON.parse('{"__proto__":{"a":1}}')],
  ];
  for (const [name, before, path, value, after] of rows) {
    it(name, () => {
      const root = structuredClone(before) as Record<string, unknown>;
      for (let time = 0; time < 3; time++) putAt(root, parsePath(path), () => value);
      assert.deepEqual(root, after);
      assert.equal(({} as { a?: unknown }).a, undefined);
    });
  }

  it('is refused where something else is in the way', () => {
    for (const path of ['spec.a', 'spec.list.a', 'list[0]', 'map[0]'])
      assert.throws(
        () =>
          putAt(
            { spec: 'text', list: 'x', map: {} },
            parsePath(path === 'spec.list.a' ? 'list.a' : path),
            () => 1,
          ),
        (error) => error instanceof ValueError && error.code === 'PathMismatch',
      );
  });
});

describe('taking what a path leads to', () => {
  it('leaves out all that is beside it, and takes lists whole', () => {
    const from = { a: { b: 1, c: 2 }, l: [{ x: 1 }, { y: 2 }], other: 3 };
    const to = {};
    for (const path of ['a.b', 'l[1].y', 'missing.x']) copyAt(from, parsePath(path), to);
    assert.deepEqual(to, { a: { b: 1 }, l: [{ x: 1 }, { y: 2 }] });
  });
});
