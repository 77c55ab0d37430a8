import type { Case } from './case.ts';
import { compare, ownAnswer } from './compare.ts';
import type { Oracle } from './process.ts';

/** A smaller case on which the sides still differ, found by leaving out pieces of the template. */
export async function shrink(oracle: Oracle, start: Case): Promise<Case> {
  let best = start;
  for (let size = best.template.length >> 1; size >= 1; size = size >> 1) {
    for (let at = 0; at + size <= best.template.length; ) {
      const template = best.template.slice(0, at) + best.template.slice(at + size);
      const candidate = { ...best, template };
      if (await differs(oracle, candidate)) best = candidate;
      else at += size;
    }
  }
  return best;
}

async function differs(oracle: Oracle, candidate: Case): Promise<boolean> {
  const [go] = await oracle.ask([candidate]);
  try {
    return go !== undefined && compare(go, ownAnswer(candidate)) === 'different';
  } catch {
    return true;
  }
}
