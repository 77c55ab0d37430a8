// Compares our code for values and templates with Go's libraries, and stops at the first difference with a small case:
// npm run test:oracle -- [--family NAME,...] [--cases 20000] [--seed 1] [--log FILE]
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { argumentsOf } from './case.ts';
import { encode } from './data.ts';
import { families } from './families/index.ts';
import { startOracle } from './process.ts';
import { type FamilyResult, runFamily, told } from './run-family.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    family: { type: 'string', default: Object.keys(families).join(',') },
    log: { type: 'string' },
  },
});
// Errors are told by their words; their stacks cost more than the rest.
Error.stackTraceLimit = 0;
const oracle = await startOracle();
let failed = 0;
for (const family of values.family.split(',')) {
  const result = await runFamily(oracle, { family, wanted: Number(values.cases), seed: Number(values.seed) });
  console.log(told(result));
  if (values.log !== undefined) appendFileSync(values.log, row(result));
  if (result.difference === undefined) continue;
  failed++;
  console.log('then the sides differ', differenceText(result.difference));
  break;
}
oracle.close();
process.exitCode = failed === 0 ? 0 : 1;

/** A row of LOG.md. */
function row({ family, seed, cases, equal, errors, bounded, panicked, seconds }: FamilyResult): string {
  return `| ${[family, seed, cases, equal, errors, bounded, panicked, seconds.toFixed(0)].join(' | ')} |\n`;
}

function differenceText({ case: one, go, own }: NonNullable<FamilyResult['difference']>): string {
  const golden = JSON.stringify({ family: 'found', ask: one.ask, args: encode(argumentsOf(one)), go });
  const shown = one.args.map((argument) => JSON.stringify(encode(argument)));
  return [
    `on ${one.ask}`,
    ...shown,
    `Go:  ${JSON.stringify(go)}`,
    `own: ${JSON.stringify(own)}`,
    golden,
  ].join('\n  ');
}
