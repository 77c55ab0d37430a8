import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamespaceCondition } from '../../../../composite-controllers/lib/namespace-conditions.ts';
import { compileKeyRegex, grantedKeys } from '../../../../composite-controllers/lib/remote-keys.ts';

const namespace = { name: 'team-a', labels: { tier: 'prod' } };
const mine = { namespaces: ['team-a'] };

test('conditions without remoteKeys give all keys', () => {
  const rows: NamespaceCondition[][] = [
    [],
    [mine],
    [{ ...mine, remoteKeys: { prefixes: ['a/'] } }, { namespaceSelector: {} }],
  ];
  for (const conditions of rows) {
    assert.equal(grantedKeys(conditions, namespace), undefined, JSON.stringify(conditions));
  }
});

test('a key is granted by any condition that admits the namespace, by its beginning or as a whole', () => {
  const prefixes = [{ ...mine, remoteKeys: { prefixes: ['teams/$(namespace)/', 'shared-'] } }];
  const regexes = [{ ...mine, remoteKeys: { regexes: ['$(namespace)|db-[0-9]+', 'any.*'] } }];
  const rows: [conditions: NamespaceCondition[], key: string, granted: boolean][] = [
    [prefixes, 'teams/team-a/db', true],
    [prefixes, 'shared-ca', true],
    [prefixes, 'teams/team-b/db', false],
    [prefixes, 'teams/team-ab/db', false],
    [prefixes, 'x/teams/team-a/db', false],
    [prefixes, '/teams/team-a/db', false],
    [prefixes, 'teams/TEAM-A/db', false],
    [regexes, 'team-a', true],
    [regexes, 'team-b', false],
    [regexes, 'db-12', true],
    [regexes, 'db-12x', false],
    [regexes, 'x-db-12', false],
    [regexes, 'anything', true],
    [[{ ...mine, remoteKeys: {} }], 'teams/team-a/db', false],
    [
      [
        { ...mine, remoteKeys: { prefixes: ['a/'] } },
        { namespaceSelector: {}, remoteKeys: { prefixes: ['b/'] } },
      ],
      'b/x',
      true,
    ],
    [
      [
        { ...mine, remoteKeys: { prefixes: ['a/'] } },
        { namespaces: ['team-b'], remoteKeys: { prefixes: ['b/'] } },
      ],
      'b/x',
      false,
    ],
    [[{ ...mine, remoteKeys: { prefixes: ['a/'] } }, { namespaces: ['team-b'] }], 'b/x', false],
  ];
  for (const [conditions, key, granted] of rows) {
    assert.equal(grantedKeys(conditions, namespace)?.(key), granted, `${JSON.stringify(conditions)} ${key}`);
  }
});

test('a key that leads elsewhere than it says is granted by nothing', () => {
  const grants = grantedKeys(
    [{ ...mine, remoteKeys: { prefixes: ['a/'], regexes: ['(?s).*'] } }],
    namespace,
  )!;
  const crooked = [
    'a/../b',
    'a/./b',
    'a/..',
    '../a',
    'a/%2e%2E/b',
    'a/.%2e/b',
    'a/%2f',
    'a/%252e',
    'a\\..\\b',
    'a/.\t./b',
    'a/\n',
    'a/%0a',
  ];
  for (const key of crooked) assert.equal(grants(key), false, key);
  for (const key of ['a/..b', 'a/b..c/d', 'a/...', 'a/100%', 'a//b']) assert.equal(grants(key), true, key);
});

test('an expression cannot break out of its anchors, and a name in it is no expression', () => {
  for (const regex of ['a)|(b', '(', '(?=a)']) {
    assert.throws(() => compileKeyRegex(regex, 'team-a'), { code: 'RegexInvalid' }, regex);
  }
  assert.equal(compileKeyRegex('$(namespace)', 'a-b').test('a-b'), true);
  assert.equal(compileKeyRegex('(?m)x', 'a').test('y\nx'), false);
});
