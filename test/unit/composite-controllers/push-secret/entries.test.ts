import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { entriesFor, entryProblem } from '../../../../composite-controllers/push-secret/entries.ts';

type Data = Parameters<typeof entriesFor>[1];
type DataTo = Parameters<typeof entriesFor>[2];
const storeRef = { name: 'vault', kind: 'SecretStore' } as const;
const to = (fields: object = {}) => ({ storeRef, conversionStrategy: 'None' as const, ...fields });
const data = (secretKey: string | undefined, remoteKey: string, property?: string): Data[number] => ({
  match: {
    ...(secretKey === undefined ? {} : { secretKey }),
    remoteRef: { remoteKey, ...(property === undefined ? {} : { property }) },
  },
  conversionStrategy: 'None',
});

/** Each entry as `key -> place`, a bundle with its keys. */
const expand = (keys: string[], dataTo: DataTo, explicit: Data = []) =>
  entriesFor(keys, explicit, dataTo, 0).map(({ entry: { match }, only }) => {
    const { remoteKey, property } = match.remoteRef;
    const from = only === undefined ? (match.secretKey ?? 'all') : `[${only}]`;
    return `${from} -> ${remoteKey}${property === undefined ? '' : `/${property}`}`;
  });
const regexp = (source: string, target: string) => ({ regexp: { source, target } });
const transform = (template: string) => ({ transform: { template } });

describe('dataTo', () => {
  const cases: readonly [what: string, keys: string[], dataTo: DataTo, expected: string[], data?: Data][] = [
    ['takes all keys', ['a', 'b'], [to()], ['a -> a', 'b -> b']],
    [
      'takes those that match anywhere',
      ['db-host', 'db-port', 'x'],
      [to({ match: { regexp: 'db-' } })],
      ['db-host -> db-host', 'db-port -> db-port'],
    ],
    ['that matches nothing does nothing', ['a'], [to({ match: { regexp: '^z' } })], []],
    [
      'makes names by regexps',
      ['db-host'],
      [to({ rewrite: [regexp('^db-', 'app/db/')] })],
      ['db-host -> app/db/host'],
    ],
    [
      'makes names by templates',
      ['host'],
      [to({ rewrite: [transform('{{ .value | upper }}')] })],
      ['host -> HOST'],
    ],
    [
      'makes names step by step',
      ['db-host'],
      [to({ rewrite: [regexp('^db-', ''), transform('app/{{ .value }}')] })],
      ['db-host -> app/host'],
    ],
    ['puts all keys into one secret', ['a', 'b'], [to({ remoteKey: 'app' })], ['[a,b] -> app']],
    [
      'puts those that match into one secret',
      ['a', 'b'],
      [to({ remoteKey: 'app', match: { regexp: 'b' } })],
      ['[b] -> app'],
    ],
    [
      'puts nothing into one secret when nothing matches',
      ['a'],
      [to({ remoteKey: 'app', match: { regexp: 'z' } })],
      [],
    ],
    ['does both at once', ['a', 'b'], [to({ remoteKey: 'app' }), to()], ['[a,b] -> app', 'a -> a', 'b -> b']],
    [
      'looks at converted keys',
      ['a_U002d_b'],
      [to({ conversionStrategy: 'ReverseUnicode' })],
      ['a-b -> a-b'],
    ],
    ['of another store does nothing', ['a'], [undefined, to()], ['a -> a']],
    [
      'yields to what data says of a key',
      ['a', 'b'],
      [to()],
      ['a -> special', 'b -> b'],
      [data('a', 'special')],
    ],
    [
      'yields as a bundle to what data says of the whole Secret',
      ['a'],
      [to({ remoteKey: 'app' }), to()],
      ['all -> whole', 'a -> a'],
      [data(undefined, 'whole')],
    ],
  ];
  for (const [what, keys, dataTo, expected, explicit] of cases)
    test(what, () => assert.deepEqual(expand(keys, dataTo, explicit), expected));
});

describe('what cannot be', () => {
  const cases: readonly [what: string, keys: string[], dataTo: DataTo, data: Data, message: string][] = [
    [
      'a name of nothing',
      ['a'],
      [to({ rewrite: [regexp('.*', '')] })],
      [],
      'dataTo[0]: empty remote key produced for source key "a"',
    ],
    [
      'two keys of one rule with one name',
      ['a', 'b'],
      [to({ rewrite: [regexp('.*', 'x')] })],
      [],
      'dataTo[0]: duplicate remote key "x" from source key "b" (conflicts with source key "a")',
    ],
    [
      'one name in two rules',
      ['a'],
      [to(), to()],
      [],
      'dataTo[1]: duplicate remote key "a" from source key "a" (conflicts with source key "a")',
    ],
    [
      'one name in data and dataTo',
      ['a', 'b'],
      [to()],
      [data('b', 'a')],
      'duplicate remote key "a": source keys "b" and "a" both map to the same destination',
    ],
    [
      'one property twice',
      [],
      [],
      [data('a', 'x', 'p'), data('b', 'x', 'p')],
      'duplicate remote key "x" property "p": source keys "a" and "b" both map to the same destination',
    ],
    [
      'a template that fails',
      ['a'],
      [to({ rewrite: [transform('{{ fail "no" }}')] })],
      [],
      'dataTo[0]: failed rewrite operation[0]: transform failed: template "transform":1:3: executing "transform" at <fail "no">: error calling fail: the template called fail; its message is withheld, because it may hold a value',
    ],
  ];
  for (const [what, keys, dataTo, explicit, message] of cases) {
    test(what, () => {
      assert.throws(
        () => entriesFor(keys, explicit, dataTo, 0),
        (error: unknown) => {
          assert.equal(entryProblem(error)?.detail, message);
          return true;
        },
      );
    });
  }

  test('two properties of one secret can', () => {
    assert.deepEqual(expand([], [], [data('a', 'x', 'p'), data('a', 'x', 'q')]), ['a -> x/p', 'a -> x/q']);
  });
});
