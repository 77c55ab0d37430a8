import type { Case } from './case.ts';
import { type Answer, compare, type OwnAnswer } from './compare.ts';
import { families } from './families/index.ts';
import { answerOrCrash } from './own/index.ts';
import type { Oracle } from './process.ts';
import { seeded } from './random.ts';
import { shrink } from './shrink.ts';

/** What became of a family's cases. */
export interface FamilyResult {
  readonly family: string;
  readonly seed: number;
  /** How many were wanted, and run: families whose cases take long run fewer. */
  readonly wanted: number;
  readonly cases: number;
  readonly equal: number;
  /** How many of the equal ones are errors. */
  readonly errors: number;
  /** On which a bound of ours stopped us. */
  readonly bounded: number;
  /** On which Go's library panics. */
  readonly panicked: number;
  readonly seconds: number;
  /** The first case on which the sides differ, made small; nothing ran behind it. */
  readonly difference?: { readonly case: Case; readonly go: Answer; readonly own: OwnAnswer };
}

/** Cases of a frame. */
const frame = 500;

/** Puts the cases of a family to both sides, up to the first on which they differ. */
export async function runFamily(
  oracle: Oracle,
  { family, wanted, seed }: Pick<FamilyResult, 'family' | 'wanted' | 'seed'>,
): Promise<FamilyResult> {
  const { make, share = 1 } = families[family] ?? unknown(family);
  const count = Math.ceil(wanted * share);
  const random = seeded(seed);
  const tally = { cases: 0, equal: 0, errors: 0, bounded: 0, panicked: 0 };
  const start = performance.now();
  const result = () => ({ family, seed, wanted, ...tally, seconds: (performance.now() - start) / 1000 });
  const nextFrame = (made: number) => {
    const cases = Array.from({ length: Math.min(frame, count - made) }, () => make(random));
    const answered = cases.map((one) => ({ one, own: answerOrCrash(one) }));
    // Go has no bounds: it could go on for ever where ours was reached, so it is not asked.
    const open = answered.filter(({ own }) => own.kind !== 'bounded');
    return { size: cases.length, open, answers: oracle.ask(open.map(({ one }) => one)) };
  };
  // Go works on one frame while we work on the next.
  for (let made = 0, next = nextFrame(0); made < count; ) {
    const { size, open, answers } = next;
    made += size;
    next = nextFrame(made);
    tally.cases += size;
    tally.bounded += size - open.length;
    for (const [index, go] of (await answers).entries()) {
      const { one, own } = open[index] as (typeof open)[number];
      const verdict = compare(go, own);
      if (verdict === 'different') return { ...result(), difference: await small(oracle, one) };
      tally[verdict]++;
      if (verdict === 'equal' && go.kind === 'error') tally.errors++;
    }
  }
  return result();
}

function unknown(family: string): never {
  throw new Error(`no family ${family}; there are ${Object.keys(families).join(', ')}`);
}

async function small(oracle: Oracle, found: Case) {
  const one = await shrink(oracle, found);
  const [go] = await oracle.ask([one]);
  return { case: one, go: go as Answer, own: answerOrCrash(one) };
}

/** The result in one line. */
export function told(result: FamilyResult): string {
  const { family, seed, wanted, cases, equal, errors, bounded, panicked, seconds } = result;
  const fewer =
    cases < wanted && result.difference === undefined ? ` of ${wanted}, because each takes long` : '';
  const odd = [
    bounded > 0 ? `, ${bounded} beyond a bound of ours` : '',
    panicked > 0 ? `, ${panicked} on which Go panics` : '',
  ].join('');
  return `${family}: ${cases} cases${fewer}, seed ${seed}, ${seconds.toFixed(0)} s: ${equal} equal (${errors} errors)${odd}`;
}
