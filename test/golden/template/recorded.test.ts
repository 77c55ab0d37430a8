import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Case } from '../../testbed/oracle/case.ts';
import { compare, ownAnswer } from '../../testbed/oracle/compare.ts';
import { decode } from '../../testbed/oracle/data.ts';
import type { GoAnswer } from '../../testbed/oracle/process.ts';

type Row = Omit<Case, 'data'> & { readonly family: string; readonly data: unknown; readonly go: GoAnswer };

const rows: Row[] = readFileSync(join(import.meta.dirname, 'recorded.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const families = new Map<string, Row[]>();
for (const row of rows) families.set(row.family, [...(families.get(row.family) ?? []), row]);

for (const [family, recorded] of families)
  test(`${recorded.length} cases of ${family} as Go answered them`, () => {
    for (const row of recorded) {
      const own = ownAnswer({ ...row, data: decode(row.data) });
      assert.equal(
        compare(row.go, own),
        'equal',
        JSON.stringify({ template: row.template, go: row.go, own }),
      );
    }
  });
