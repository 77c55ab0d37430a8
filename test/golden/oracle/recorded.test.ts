import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { caseOf } from '../../testbed/oracle/case.ts';
import { type Answer, compare } from '../../testbed/oracle/compare.ts';
import { decode } from '../../testbed/oracle/data.ts';
import { ownAnswer } from '../../testbed/oracle/own/index.ts';

interface Row {
  readonly family: string;
  readonly ask: string;
  readonly args: unknown;
  readonly go: Answer;
}

/** `recorded` has some cases of each family, `found` those on which the sides once differed. */
for (const file of ['recorded', 'found']) {
  const rows: Row[] = readFileSync(join(import.meta.dirname, `${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const [family, ofFamily = []] of Object.entries(Object.groupBy(rows, (row) => row.family)))
    test(`${ofFamily.length} ${file} cases of ${family} as Go answered them`, () => {
      for (const row of ofFamily) {
        const own = ownAnswer(caseOf(row.ask, decode(row.args)));
        assert.equal(compare(row.go, own), 'equal', JSON.stringify({ row, own }));
      }
    });
}
