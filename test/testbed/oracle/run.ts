// Compares our code for values and templates with Go's libraries, and stops at the first difference with a small case:
// node test/testbed/oracle/run.ts [--family NAME,...] [--cases 20000] [--seed 1] [--log FILE]
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { argumentsOf, type Case } from './case.ts';
import { compare, type OwnAnswer } from './compare.ts';
import { encode } from './data.ts';
import { families } from './families/index.ts';
import { ownAnswer } from './own/index.ts';
import { type Oracle, startOracle } from './process.ts';
import { seeded } from './random.ts';
import { shrink } from './shrink.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    family: { type: 'string' },
    log: { type: 'string' },
  },
});
const seed = Number(values.seed);
const names = values.family?.split(',') ?? Object.keys(families);
const oracle = startOracle();
await oracle.ask([]);
// Errors are told by their words; their stacks cost more than the rest.
Error.stackTraceLimit = 0;
let failed = 0;
for (const name of names) failed += (await runFamily(oracle, name, Number(values.cases))) ? 0 : 1;
oracle.close();
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs the cases of a family up to the first on which the sides differ; true when there is none. */
async function runFamily(oracle: Oracle, name: string, wanted: number): Promise<boolean> {
  const family = families[name];
  if (family === undefined)
    throw new Error(`no family ${name}; there are ${Object.keys(families).join(', ')}`);
  const count = Math.ceil(wanted * (family.share ?? 1));
  const random = seeded(seed);
  const tally = { equal: 0, bounded: 0, panicked: 0, errors: 0 };
  const start = performance.now();
  // Go works on the next cases while we work on these.
  const batch = (done: number) => {
    const cases = Array.from({ length: Math.min(500, count - done) }, () => family.make(random));
    return { cases, answers: oracle.ask(cases) };
  };
  let next = batch(0);
  for (let done = 0; done < count; ) {
    const { cases, answers } = next;
    done += cases.length;
    next = batch(done);
    for (const [index, go] of (await answers).entries()) {
      const one = cases[index] as Case;
      const verdict = compare(go, safely(one));
      if (verdict === 'different') {
        await report(oracle, name, one);
        return false;
      }
      tally[verdict]++;
      if (go.kind === 'error') tally.errors++;
    }
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const fewer = count < wanted ? ` (of ${wanted}: each takes long)` : '';
  console.log(
    `${name}: ${count} cases${fewer}, seed ${seed}, ${seconds} s: ${tally.equal} equal (${tally.errors} errors), ` +
      `${tally.bounded} beyond a bound of ours, ${tally.panicked} on which Go panics`,
  );
  const row = [name, seed, count, tally.equal, tally.errors, tally.bounded, tally.panicked, seconds];
  if (values.log !== undefined) appendFileSync(values.log, `| ${row.join(' | ')} |\n`);
  return true;
}

/** A crash of ours is told with its case. */
function safely(one: Case): OwnAnswer {
  try {
    return ownAnswer(one);
  } catch (error) {
    console.log('crash on', JSON.stringify(one.args[0]), error);
    return { kind: 'error', stage: 'crash', text: '' };
  }
}

async function report(oracle: Oracle, name: string, found: Case): Promise<void> {
  const one = await shrink(oracle, found);
  const [go] = await oracle.ask([one]);
  console.log(`${name}: the sides differ on ${one.ask}`);
  for (const argument of one.args) console.log('  argument', argument);
  console.log('  Go      ', go);
  console.log('  own     ', safely(one));
  console.log(
    '  row     ',
    JSON.stringify({ family: name, ask: one.ask, args: encode(argumentsOf(one)), go }),
  );
}
