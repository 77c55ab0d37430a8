import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lookUp } from '../../../providers/kit/json/gjson.ts';

interface Row {
  readonly from: string;
  readonly document: string;
  readonly path: string;
  /** The kind and the text of what gjson found; empty when it found nothing. */
  readonly found: readonly string[];
}

const [head, ...rows] = readFileSync(join(import.meta.dirname, 'go.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line)) as [{ taken: number; leftOut: Record<string, number> }, ...Row[]];

for (const [from, ofTest = []] of Object.entries(Object.groupBy(rows, (row) => row.from)))
  test(`${ofTest.length} look-ups of gjson's ${from} find what gjson finds`, () => {
    for (const { document, path, found } of ofTest) {
      const own = lookUp(document, path);
      const shown = own === undefined ? [] : [own.kind, Buffer.from(own.text).toString()];
      assert.deepEqual(shown, found, JSON.stringify({ document, path }));
    }
  });

test('no look-up got lost, and those that are left out have a reason', (t) => {
  assert.equal(rows.length, head.taken);
  t.diagnostic(`${head.taken} taken, left out: ${JSON.stringify(head.leftOut)}`);
});
