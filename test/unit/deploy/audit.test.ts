import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Allowed, complaints, type Report } from '../../../deploy/audit.ts';

const advisory = {
  name: 'deep',
  title: 'it is bad',
  severity: 'high',
  url: 'https://example.org/advisories/GHSA-1',
};
const report: Report = { vulnerabilities: { deep: { via: [advisory] }, shallow: { via: ['deep'] } } };
const excuse: Allowed = { id: 'GHSA-1', why: 'the function is not called', until: '2026-11-24' };
const clean: Report = { vulnerabilities: {} };

const cases: readonly (readonly [string, Report, readonly Allowed[], string, readonly string[]])[] = [
  ['nothing is known', clean, [], '2026-11-24', []],
  [
    'an advisory is told once, under the package that has it',
    report,
    [],
    '2026-11-24',
    ['GHSA-1 high deep: it is bad'],
  ],
  ['an excuse holds through its last day', report, [excuse], '2026-11-24', []],
  ['and no longer', report, [excuse], '2026-11-25', ['GHSA-1 high deep: it is bad']],
  [
    'an excuse for nothing has to go',
    clean,
    [excuse],
    '2026-11-24',
    ['GHSA-1 is excused, and not there any more'],
  ],
];
for (const [what, given, allowed, today, expected] of cases)
  test(what, () => {
    assert.deepEqual(complaints(given, allowed, today), expected);
  });
