import type { ByteText } from './byte-text.ts';

/** One component of a path that can be built where it is missing. */
export interface Step {
  readonly name: ByteText;
  /** Written with a leading colon: a name even where it is a number. */
  readonly forced: boolean;
}

/** The components of a path; undefined when one of them holds what only a search can mean: `| # @ * ?`. */
export function parseSteps(path: ByteText): Step[] | undefined {
  const steps: Step[] = [];
  let forced = path[0] === ':';
  let name = '';
  for (let at = forced ? 1 : 0; at < path.length; at++) {
    const char = path.charAt(at);
    if (char === '.') {
      steps.push({ name, forced });
      forced = path[at + 1] === ':';
      name = '';
      if (forced) at++;
    } else if (char === '\\') {
      name += path.charAt(++at);
    } else if (/[|#@*?]/.test(char)) {
      return undefined;
    } else {
      name += char;
    }
  }
  // A final dot ends a path: sjson sees no component behind it.
  steps.push({ name, forced });
  return steps;
}

/** The position in an array that the step names, `end` for the place behind its last item, undefined for a name. */
export function positionOf({ name, forced }: Step): number | 'end' | undefined {
  if (forced) return undefined;
  if (name === '-1') return 'end';
  return /^[0-9]*$/.test(name) ? Number(name) : undefined;
}
