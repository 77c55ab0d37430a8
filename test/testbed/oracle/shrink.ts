import { isDict, isList } from '../../../composite-controllers/template/values/value.ts';
import type { Case } from './case.ts';
import { compare } from './compare.ts';
import type { Data } from './data.ts';
import { answerOrCrash } from './own/index.ts';
import type { Oracle } from './process.ts';

/** A smaller case on which the sides still differ, found by leaving out pieces of texts, lists and maps, as long as that helps. */
export async function shrink(oracle: Oracle, start: Case): Promise<Case> {
  let best = start;
  for (let smaller: Case | undefined = start; smaller !== undefined; ) {
    best = smaller;
    smaller = await firstThatDiffers(oracle, [...smallerCases(best)]);
  }
  return best;
}

async function firstThatDiffers(oracle: Oracle, candidates: readonly Case[]): Promise<Case | undefined> {
  const open = candidates
    .map((one) => ({ one, own: answerOrCrash(one) }))
    .filter(({ own }) => own.kind !== 'bounded');
  const answers = await oracle.ask(open.map(({ one }) => one));
  return open.find(({ own }, index) => {
    const go = answers[index];
    const answered = go !== undefined && (go.kind === 'output' || go.stage !== 'request');
    return answered && compare(go, own) === 'different';
  })?.one;
}

function* smallerCases(one: Case): Generator<Case> {
  for (const [index, argument] of one.args.entries())
    for (const smaller of pieces(argument))
      yield { ask: one.ask, args: one.args.with(index as never, smaller as never) } as unknown as Case;
}

/** The value with one piece left out, the largest pieces first. */
function* pieces(value: Data): Generator<Data> {
  if (typeof value === 'string') {
    for (let size = Math.max(value.length >> 1, 1); size >= 1 && value !== ''; size >>= 1)
      for (let at = 0; at + size <= value.length; at += size)
        yield value.slice(0, at) + value.slice(at + size);
  } else if (isList(value)) {
    for (const [index, item] of value.items.entries()) {
      yield { ...value, items: value.items.toSpliced(index, 1) };
      for (const smaller of pieces(item)) yield { ...value, items: value.items.with(index, smaller) };
    }
  } else if (isDict(value)) {
    for (const [name, item] of value.entries) {
      const entries = [...value.entries];
      yield { ...value, entries: new Map(entries.filter(([other]) => other !== name)) };
      for (const smaller of pieces(item))
        yield { ...value, entries: new Map(value.entries).set(name, smaller) };
    }
  }
}
