import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LabelSelector, matchesSelector } from '../../../../composite-controllers/lib/label-selector.ts';

const labels = { app: 'web', tier: 'prod', empty: '' };
const expression = (key: string, operator: string, ...values: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }],
});

test('a selector matches as in Kubernetes', () => {
  const rows: [selector: LabelSelector, matches: boolean][] = [
    [{}, true],
    [{ matchLabels: {} }, true],
    [{ matchLabels: { app: 'web' } }, true],
    [{ matchLabels: { app: 'web', tier: 'dev' } }, false],
    [{ matchLabels: { missing: '' } }, false],
    [{ matchLabels: { empty: '' } }, true],
    [{ matchLabels: { toString: 'x' } }, false],
    [expression('app', 'In', 'web', 'api'), true],
    [expression('app', 'In', 'api'), false],
    [expression('missing', 'In', 'web'), false],
    [expression('app', 'NotIn', 'api'), true],
    [expression('app', 'NotIn', 'web'), false],
    [expression('missing', 'NotIn', 'web'), true],
    [expression('empty', 'Exists'), true],
    [expression('constructor', 'Exists'), false],
    [expression('app', 'DoesNotExist'), false],
    [expression('missing', 'DoesNotExist'), true],
    [{ ...expression('app', 'Exists'), matchLabels: { tier: 'dev' } }, false],
  ];
  for (const [selector, matches] of rows) {
    assert.equal(matchesSelector(selector, labels), matches, JSON.stringify(selector));
  }
});

test('an object without labels matches what asks for none', () => {
  assert.equal(matchesSelector({}, undefined), true);
  assert.equal(matchesSelector(expression('app', 'DoesNotExist'), undefined), true);
  assert.equal(matchesSelector({ matchLabels: { app: 'web' } }, undefined), false);
});

test('a requirement that Kubernetes refuses is an error, even beside one that fails', () => {
  for (const selector of [
    expression('app', 'In'),
    expression('app', 'NotIn'),
    expression('app', 'Exists', 'web'),
    expression('app', 'DoesNotExist', 'web'),
    expression('app', 'in', 'web'),
    { ...expression('app', 'In'), matchLabels: { tier: 'dev' } },
  ]) {
    assert.throws(() => matchesSelector(selector, labels), { name: 'ValueError', code: 'SelectorInvalid' });
  }
});
