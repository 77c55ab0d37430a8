import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { differences, fits } from '../../scenarios/match.ts';

const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'app', labels: { team: 'a' }, finalizers: ['x'] },
  data: { password: 'b25l' },
};
const expected = (rest: object) => ({ kind: 'Secret', metadata: { name: 'app' }, ...rest });

describe('comparing an object with what is expected of it', () => {
  const fitting: readonly [what: string, rest: object][] = [
    ['nothing but its name', {}],
    ['a label', { metadata: { name: 'app', labels: { team: 'a' } } }],
    ['its decoded data', { text: { password: 'one' } }],
    ['that a key is absent', { text: { other: null } }],
    ['that a field is absent', { immutable: null }],
  ];
  for (const [what, rest] of fitting)
    it(`fits: ${what}`, () => assert.deepEqual(differences(expected(rest), secret), []));

  const differing: readonly [what: string, rest: object, difference: string][] = [
    ['another value', { text: { password: 'two' } }, 'text.password is "one"'],
    ['a missing key', { text: { other: 'x' } }, 'text.other is missing'],
    ['a key that has to be absent', { text: { password: null } }, 'text.password is there'],
    ['another label', { metadata: { name: 'app', labels: { team: 'b' } } }, 'metadata.labels.team is "a"'],
    ['data that has to be absent', { data: null }, 'data is there'],
    ['a longer list', { metadata: { name: 'app', finalizers: [] } }, 'metadata.finalizers has 1 entries'],
    ['a field that is no object', { kind: { of: 'x' } } as object, 'kind is missing'],
  ];
  for (const [what, rest, difference] of differing)
    it(`differs: ${what}`, () => assert.deepEqual(differences(expected(rest), secret), [difference]));
});

describe('comparing a text', () => {
  it('takes a text literally', () => {
    assert.equal(fits('a.b', 'a.b'), true);
    assert.equal(fits('a.b', 'axb'), false);
  });
  it('takes /text/ as an expression, searched anywhere', () => {
    assert.equal(fits('/a.b/', 'xaxbx'), true);
    assert.equal(fits('/^b/', 'ab'), false);
  });
});
