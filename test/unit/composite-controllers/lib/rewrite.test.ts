import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ValueError } from '../../../../composite-controllers/lib/errors.ts';
import { compileRegex } from '../../../../composite-controllers/lib/regex.ts';
import { type RewriteOperation, rewriteKeys } from '../../../../composite-controllers/lib/rewrite.ts';
import vectors from '../../../golden/rewrite.json' with { type: 'json' };

type Strings = Record<string, string>;
const noTemplates = () => {
  throw new Error('no template is expected here');
};

function rewrite(input: Strings, operations: readonly RewriteOperation[]): Strings {
  const map = new Map(Object.entries(input).map(([key, value]) => [key, new TextEncoder().encode(value)]));
  const result = rewriteKeys(map, operations, noTemplates);
  return Object.fromEntries([...result].map(([key, value]) => [key, Buffer.from(value).toString()]));
}

function refused(operations: RewriteOperation[], input: Strings, message: string) {
  assert.throws(() => rewrite(input, operations), { name: 'ValueError', message });
}

test('keys are replaced as Go replaces them', () => {
  for (const { source, target, key, result } of vectors.replaceAll) {
    assert.equal(compileRegex(source).replaceAll(key, target), result, `${source} -> ${target} on ${key}`);
  }
});

test('an invalid expression is explained as Go explains it', () => {
  for (const { source, error } of vectors.invalid) {
    refused(
      [{ regexp: { source, target: '' } }],
      {},
      `failed rewrite operation[0]: regexp failed with failed to compile: ${error}`,
    );
  }
});

test('operations work one after the other (spec core 7.6)', () => {
  const operations = [
    { regexp: { source: 'my/(.*?)/bar/(.*)', target: '$1-$2' } },
    { regexp: { source: '-', target: '_' } },
    { regexp: { source: 'ass', target: '***' } },
  ];
  assert.deepEqual(rewrite({ 'my/app/bar/password': 'v' }, operations), { 'app_p***word': 'v' });
  assert.deepEqual(rewrite({ a: 'v' }, [{}]), { a: 'v' });
});

test('of keys that become one the last in sorted order wins', () => {
  assert.deepEqual(rewrite({ b: '2', a: '1', c: '3' }, [{ regexp: { source: '.', target: 'x' } }]), {
    x: '3',
  });
});

test('a transform renders each key by the template that it is given', () => {
  const seen: string[] = [];
  const result = rewriteKeys(
    new Map([['a-b', new Uint8Array([1])]]),
    [{ transform: { template: 'T' } }],
    (template) => {
      seen.push(template);
      return (key) => key.toUpperCase();
    },
  );
  assert.deepEqual([...result.keys()], ['A-B']);
  assert.deepEqual(seen, ['T']);
});

test('a regular expression cannot hold the process up', () => {
  const long = { ['a'.repeat(30_000)]: 'v' };
  const rows: [source: string, input: Strings][] = [
    ['(?:\\pL{500}){2}'.repeat(20), long],
    ['.{1000}'.repeat(100), long],
    ['((a?){100}){5}', long],
    ['a*b|a', { ['a'.repeat(50_000)]: 'v' }],
    ['a'.repeat(2000), {}],
  ];
  for (const [source, input] of rows) {
    assert.throws(
      () => rewrite(input, [{ regexp: { source, target: '' } }]),
      (error) => error instanceof ValueError && error.code === 'RegexTooCostly',
      source.slice(0, 20),
    );
  }
});

test('a search costs what it reads, so a long text of many matches is within the bound', () => {
  const lines = 'some words and more\n'.repeat(10_000);
  assert.equal(compileRegex('\\s+').replaceAll(lines, ' '), lines.replaceAll('\n', ' '));
});

test('a thousand ordinary keys are within the bound', () => {
  const input = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`team-a/service-${index}/database/password`, 'v']),
  );
  const operations = [
    { regexp: { source: '^team-a/(?P<service>[a-z0-9-]+)/(.*)/(.*)$', target: '$service.$2.$3' } },
  ];
  assert.equal(rewrite(input, operations)['service-7.database.password'], 'v');
});

test('objects are merged, by default into one key a field (spec core 7.6)', () => {
  const input = {
    mongo: '{"username":"u","password":"p"}',
    redis: '{"host":"h","port":6379}',
  };
  assert.deepEqual(rewrite(input, [{ merge: {} }]), {
    username: 'u',
    password: 'p',
    host: 'h',
    port: '6379',
  });
  assert.deepEqual(rewrite(input, [{ merge: { strategy: 'JSON', into: 'all' } }]), {
    ...input,
    all: '{"host":"h","password":"p","port":6379,"username":"u"}',
  });
});

test('a field becomes a value as ESO prints it, and numbers keep their spelling', () => {
  const value =
    '{"s":"<a>","n":9007199254740993,"f":1.50,"t":true,"z":null,"o":{"b":"<","a":[1, 2]},"__proto__":"x"}';
  const merged = rewrite({ k: value }, [{ merge: {} }]);
  assert.deepEqual(Object.entries(merged).sort(), [
    ['__proto__', 'x'],
    ['f', '1.50'],
    ['n', '9007199254740993'],
    ['o', '{"a":[1,2],"b":"\\u003c"}'],
    ['s', '<a>'],
    ['t', 'true'],
    ['z', ''],
  ]);
  assert.equal(
    rewrite({ k: value }, [{ merge: { strategy: 'JSON', into: 'k' } }]).k,
    '{"__proto__":"x","f":1.50,"n":9007199254740993,"o":{"a":[1,2],"b":"<"},"s":"<a>","t":true,"z":null}',
  );
});

test('the last of the priority keys is the strongest, and all are stronger than the others', () => {
  const input = { z: '{"host":"z"}', a: '{"host":"a"}', m: '{"host":"m"}' };
  const host = (priority: string[]) =>
    rewrite(input, [{ merge: { priority, conflictPolicy: 'Ignore' } }]).host;
  assert.equal(host([]), 'z');
  assert.equal(host(['a']), 'a');
  assert.equal(host(['a', 'm']), 'm');
  assert.equal(host(['m', 'a']), 'a');
});

test('operations build on one another: two merges, and a regexp in front', () => {
  const a = '{"host":"dba.example.com","pass":"yola","port":123}';
  const b = '{"host":"dbb.example.com","pass":"yolb"}';
  const ignore = { conflictPolicy: 'Ignore' } as const;
  assert.deepEqual(
    rewrite({ a, b }, [
      { merge: { strategy: 'JSON', into: 'merged', priority: ['a'], ...ignore } },
      { merge: { strategy: 'Extract', priority: ['b'], ...ignore } },
    ]),
    { host: 'dbb.example.com', pass: 'yolb', port: '123' },
  );
  assert.equal(
    rewrite({ 'db/a': '{"host":"dba.example.com"}', 'db/b': '{"host":"dbb","pass":"yolo"}' }, [
      { regexp: { source: 'db/(.*)', target: '$1' } },
      { merge: { strategy: 'JSON', into: 'merged', priority: ['a'], ...ignore } },
    ]).merged,
    '{"host":"dba.example.com","pass":"yolo"}',
  );
});

test('a merge that cannot be done says why, without a value', () => {
  const input = { a: '{"x":"hunter2","y":1}', b: '{"y":2,"x":3}' };
  refused([{ merge: {} }], input, 'failed rewrite operation[0]: merge failed with conflicts: x, y');
  refused(
    [{}, { merge: { strategy: 'JSON', conflictPolicy: 'Ignore' } }],
    input,
    "failed rewrite operation[1]: merge failed with missing 'into' field",
  );
  refused(
    [{ merge: { priority: ['c'] } }],
    input,
    'failed rewrite operation[0]: merge failed with key "c" not found in input map',
  );
  assert.equal(
    rewrite(input, [
      { merge: { priority: ['c', 'a'], priorityPolicy: 'IgnoreNotFound', conflictPolicy: 'Ignore' } },
    ]).x,
    'hunter2',
  );
  for (const value of ['hunter2', '"hunter2"', '[1]', '5', '', '{"a":1,}']) {
    refused(
      [{ merge: {} }],
      { k: value },
      'failed rewrite operation[0]: merge failed with failed to unmarshal JSON: the value of key "k" is not a JSON object',
    );
  }
  assert.deepEqual(rewrite({ k: 'null' }, [{ merge: {} }]), {});
});

test('no expression, template or key makes it fail but by a ValueError', () => {
  const piece = fc.constantFrom(
    'a',
    '(',
    ')',
    '*',
    '[',
    ']',
    '$',
    '{',
    '}',
    '\\',
    '1',
    '|',
    '^',
    '?',
    '(?P<n>',
    '.',
    'é',
    '😀',
    '',
  );
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, text, fc.string({ unit: 'grapheme' }), (source, target, key) => {
      try {
        rewrite({ [key]: 'v' }, [{ regexp: { source, target } }]);
      } catch (error) {
        assert.ok(error instanceof ValueError);
      }
    }),
  );
});
