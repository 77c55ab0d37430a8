import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { templateCase } from '../../testbed/oracle/case.ts';
import { compare } from '../../testbed/oracle/compare.ts';
import { type Data, decode } from '../../testbed/oracle/data.ts';
import { ownAnswer } from '../../testbed/oracle/own/index.ts';

interface Row {
  readonly from: string;
  readonly template: string;
  readonly left?: string;
  readonly right?: string;
  /** `tVal`, or in the notation of the oracle. */
  readonly data?: unknown;
  readonly output?: string;
  readonly error?: string;
  readonly stage: 'parsed' | 'executed' | 'parse' | 'execute';
}

const [head, ...rows] = readFileSync(join(import.meta.dirname, 'go.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line)) as [
  { taken: number; leftOut: Record<string, number>; tVal: unknown },
  ...Row[],
];

const bytes = (text = '') => Buffer.from(text).toString('latin1');

/** What Go says of a row; where it was only parsed, our own answer may be anything but a parse error. */
function check(row: Row): void {
  const data: Data = row.data === undefined ? null : decode(row.data === 'tVal' ? head.tVal : row.data);
  const { left = '', right = '' } = row;
  const own = ownAnswer(templateCase({ template: bytes(row.template), data, left, right }));
  if (row.stage === 'parsed') {
    assert(own.kind === 'output' || (own.kind === 'error' && own.stage === 'execute'), JSON.stringify(own));
    return;
  }
  const go =
    row.stage === 'executed'
      ? ({ kind: 'output', output: bytes(row.output) } as const)
      : ({ kind: 'error', stage: row.stage, text: bytes(row.error) } as const);
  // What is refused by choice: complex numbers, and deeper nesting than a template needs.
  if (own.kind === 'bounded') assert.match(own.code, /^(?:ComplexNumber|NestedTooDeep)$/);
  else assert.equal(compare(go, own), 'equal', JSON.stringify({ template: row.template, go, own }));
}

const sources = new Map<string, Row[]>();
for (const row of rows) sources.set(row.from, [...(sources.get(row.from) ?? []), row]);

for (const [from, taken] of sources)
  test(`${taken.length} rows of ${from} as Go answers them`, () => {
    for (const row of taken) check(row);
  });

test('no row got lost, and those that are left out have a reason', (t) => {
  assert.equal(rows.length, head.taken);
  t.diagnostic(`${head.taken} taken, left out: ${JSON.stringify(head.leftOut)}`);
});
