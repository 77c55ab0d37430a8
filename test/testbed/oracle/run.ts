// Compares the template engine with Go's own: node test/testbed/oracle/run.ts --family engine --cases 10000 --seed 1
import { parseArgs } from 'node:util';
import type { Case } from './case.ts';
import { compare, ownAnswer } from './compare.ts';
import { families } from './families/index.ts';
import { type Oracle, startOracle } from './process.ts';
import { seeded } from './random.ts';
import { shrink } from './shrink.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    family: { type: 'string' },
  },
});
const names = values.family === undefined ? Object.keys(families) : [values.family];
const oracle = startOracle();
let failed = 0;
for (const name of names)
  failed += (await runFamily(oracle, name, Number(values.cases), Number(values.seed))) ? 0 : 1;
oracle.close();
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs the cases of a family up to the first on which the sides differ; true when there is none. */
async function runFamily(oracle: Oracle, name: string, count: number, seed: number): Promise<boolean> {
  const family = families[name];
  if (family === undefined)
    throw new Error(`no family ${name}; there are ${Object.keys(families).join(', ')}`);
  const random = seeded(seed);
  const tally = { equal: 0, bounded: 0, errors: 0 };
  for (let done = 0; done < count; done += 1000) {
    const cases = Array.from({ length: Math.min(1000, count - done) }, () => family(random));
    const answers = await oracle.ask(cases);
    for (const [index, one] of cases.entries()) {
      const go = answers[index];
      const verdict = go === undefined ? 'different' : compare(go, safely(one));
      if (verdict === 'different') {
        await report(oracle, name, one);
        return false;
      }
      tally[verdict]++;
      if (go?.kind === 'error') tally.errors++;
    }
  }
  console.log(
    `${name}: ${tally.equal} equal (${tally.errors} of them errors), ${tally.bounded} beyond a bound`,
  );
  return true;
}

/** A crash of ours is told with its case. */
function safely(one: Case) {
  try {
    return ownAnswer(one);
  } catch (error) {
    console.log('crash on', JSON.stringify(one.template), error);
    return { kind: 'output', output: '\0crash' } as const;
  }
}

async function report(oracle: Oracle, name: string, found: Case): Promise<void> {
  const one = await shrink(oracle, found);
  const [go] = await oracle.ask([one]);
  console.log(`${name}: the sides differ`);
  console.log(`  template ${JSON.stringify(one.template)}`);
  console.log(`  missing  ${one.missingKey}`);
  console.log('  data    ', one.data);
  console.log('  Go      ', go);
  console.log('  own     ', safely(one));
}
