import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type NamespaceCondition,
  namespaceIsAdmitted,
} from '../../../../composite-controllers/lib/namespace-conditions.ts';

const namespace = { name: 'team-a', labels: { 'kubernetes.io/metadata.name': 'team-a', tier: 'prod' } };

test('a ClusterSecretStore admits the namespaces that its conditions name (spec core 2.2)', () => {
  const rows: [conditions: NamespaceCondition[] | undefined, admitted: boolean][] = [
    [undefined, true],
    [[], true],
    [[{}], false],
    [[{ namespaces: [], namespaceRegexes: [] }], false],
    [[{ namespaces: ['team-b', 'team-a'] }], true],
    [[{ namespaces: ['team'] }], false],
    [[{ namespaceSelector: {} }], true],
    [[{ namespaceSelector: { matchLabels: { tier: 'prod' } } }], true],
    [[{ namespaceSelector: { matchLabels: { tier: 'dev' } } }], false],
    [[{ namespaceRegexes: ['am-'] }], true],
    [[{ namespaceRegexes: ['^am-'] }], false],
    [[{ namespaceRegexes: ['(?i)^TEAM-[a-c]$'] }], true],
    [[{}, { namespaceSelector: { matchLabels: { tier: 'dev' } }, namespaces: ['team-a'] }], true],
    [[{ namespaceSelector: { matchLabels: { tier: 'dev' } }, namespaceRegexes: ['b$'] }], false],
  ];
  for (const [conditions, admitted] of rows) {
    assert.equal(namespaceIsAdmitted(conditions, namespace), admitted, JSON.stringify(conditions));
  }
});

test('while the labels are unknown no selector but the empty one admits', () => {
  const unknown = { name: 'team-a', labels: undefined };
  assert.equal(
    namespaceIsAdmitted([{ namespaceSelector: { matchLabels: { tier: 'prod' } } }], unknown),
    false,
  );
  assert.equal(namespaceIsAdmitted([{ namespaces: ['team-a'] }], unknown), true);
});

test('a regex or selector that is invalid is an error, never an admission', () => {
  assert.throws(() => namespaceIsAdmitted([{ namespaceRegexes: ['(?=team)'] }], namespace), {
    code: 'RegexInvalid',
  });
  const matchExpressions = [{ key: 'tier', operator: 'Equals', values: ['prod'] }];
  assert.throws(() => namespaceIsAdmitted([{ namespaceSelector: { matchExpressions } }], namespace), {
    code: 'SelectorInvalid',
  });
});
