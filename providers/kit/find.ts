import { ProviderError } from './errors.ts';
import { compileRegex } from './regex.ts';

/** Instructions times characters of one find: a second or two at the worst, ten thousand names for a usual expression. */
const maxWork = 1 << 27;

/**
 * `find.name.regexp` as a test: RE2, searched unanchored (spec providers 1.13). Its work is bounded over all names, so make
 * one per find. Throws `Rejected` for an invalid or too costly expression, and so does the test.
 */
export function nameMatcher(regexp: string): (name: string) => boolean {
  const what = 'find.name.regexp';
  return compileRegex(
    regexp,
    { left: maxWork },
    {
      invalid: () => new ProviderError('Rejected', { what }),
      tooCostly: () => new ProviderError('Rejected', { what: `${what} (too costly)` }),
    },
  ).test;
}
