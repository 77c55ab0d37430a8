// Records cases of each family with Go's answers, so that they can be replayed without Go: node test/testbed/oracle/record.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argumentsOf } from './case.ts';
import { compare } from './compare.ts';
import { encode } from './data.ts';
import { families } from './families/index.ts';
import { ownAnswer } from './own/index.ts';
import { startOracle } from './process.ts';
import { seeded } from './random.ts';

/** Cases of a family; those of cryptography hold new keys each time, and derived passwords take long. */
const wanted = (family: string) => ({ crypto: 0, decryption: 0, passwords: 3 })[family] ?? 50;

/** Characters of a case; longer ones would fill the file with the like. */
const longest = 1500;

const oracle = await startOracle();
const lines: string[] = [];
for (const [name, { make }] of Object.entries(families)) {
  const random = seeded(2024);
  const cases = Array.from({ length: 10 * wanted(name) }, () => make(random));
  const answers = await oracle.ask(cases);
  const recorded = cases.flatMap((one, index) => {
    const go = answers[index];
    if (go === undefined || compare(go, ownAnswer(one)) !== 'equal') return [];
    const line = JSON.stringify({ family: name, ask: one.ask, args: encode(argumentsOf(one)), go });
    // One error in five is enough.
    return line.length > longest || (go.kind === 'error' && index % 5 > 0) ? [] : [line];
  });
  lines.push(...recorded.slice(0, wanted(name)));
}
oracle.close();
writeFileSync(join(import.meta.dirname, '../../golden/oracle/recorded.jsonl'), `${lines.join('\n')}\n`);
