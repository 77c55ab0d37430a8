import { RE2JS } from 're2js';
import { ValueError } from './errors.ts';

/** A compiled RE2 expression: linear time, Go's syntax. Throws `RegexInvalid`. */
export function compileRegex(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch {
    throw new ValueError('RegexInvalid');
  }
}
