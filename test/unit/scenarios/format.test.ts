import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseScenario } from '../../scenarios/format.ts';

const scenario = (steps: string) => `why: it matters\nobjects: []\nsteps:\n${steps}\n`;

describe('the format of scenarios', () => {
  it('reads what fits', () => {
    const { steps } = parseScenario(
      scenario('  - do: [{delete: Secret/app}]\n    expect: {absent: [Secret/app]}'),
    );
    assert.deepEqual(steps, [{ do: [{ delete: 'Secret/app' }], expect: { absent: ['Secret/app'] } }]);
  });

  const refused: readonly [what: string, steps: string, complaint: RegExp][] = [
    ['a key that nobody looks at', '  - expects: {absent: [Secret/app]}', /\/steps\/0/],
    ['a misspelt expectation', '  - expect: {absents: [Secret/app]}', /\/steps\/0\/expect/],
    ['two verbs in one action', '  - do: [{delete: Secret/app, wait: 1s}]', /\/steps\/0\/do\/0/],
    ['an unknown fault', '  - do: [{backend: {fail: sometimes}}]', /\/steps\/0\/do\/0\/backend\/fail/],
    ['a reference without a kind', '  - do: [{delete: app}]', /\/steps\/0\/do\/0\/delete/],
    ['a step that expects only that nothing happens', '  - expect: {unchanged: [Secret/app]}', /holds/],
    ['an expectation of no reads, at once', '  - expect: {backendReads: {exactly: 0}}', /holds/],
  ];
  for (const [what, steps, complaint] of refused)
    it(`refuses ${what}`, () => assert.throws(() => parseScenario(scenario(steps)), complaint));
});
