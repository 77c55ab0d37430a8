// needs: oracle
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { families } from '../../testbed/oracle/families/index.ts';
import { type Oracle, startOracle } from '../../testbed/oracle/process.ts';
import { runFamily, told } from '../../testbed/oracle/run-family.ts';

let oracle: Oracle;
const stackTraceLimit = Error.stackTraceLimit;
before(async () => {
  oracle = await startOracle();
  Error.stackTraceLimit = 0;
});
after(() => {
  oracle.close();
  Error.stackTraceLimit = stackTraceLimit;
});

for (const family of Object.keys(families))
  test(`${family}: what Go's libraries make of generated cases`, async (t) => {
    const result = await runFamily(oracle, { family, wanted: 20_000, seed: 1 });
    t.diagnostic(told(result));
    assert.equal(result.difference, undefined);
  });
