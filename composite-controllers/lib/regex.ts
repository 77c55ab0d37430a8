import { compileRegex as compile, type Regex, type RegexBudget } from '../../providers/kit/regex.ts';
import { ValueError } from './errors.ts';

export type { Regex, RegexBudget };

/** Instructions times characters that one expression may read in its lifetime: well under a second at the worst. */
const maxWork = 1 << 24;

/**
 * An expression of a manifest or a template, in RE2's syntax; all uses of the result share the budget. It and they throw
 * {@link ValueError} `RegexInvalid`, with Go's explanation, and `RegexTooCostly`.
 */
export function compileRegex(source: string, budget: RegexBudget = { left: maxWork }): Regex {
  return compile(source, budget, {
    invalid: (reason) => new ValueError('RegexInvalid', { reason }),
    tooCostly: () => new ValueError('RegexTooCostly'),
  });
}
