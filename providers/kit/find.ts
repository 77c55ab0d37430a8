import { RE2JS } from 're2js';
import { ProviderError } from './errors.ts';

const maxSource = 1024;
const maxProgram = 10_000;
/** Instructions times characters of one find: a second or two at the worst, ten thousand names for a usual expression. */
const maxWork = 1 << 27;

/**
 * `find.name.regexp` as a test: RE2, searched unanchored (spec providers 1.13). Its work is bounded over all names, so make
 * one per find. Throws `Rejected` for an invalid or too costly expression, and so does the test.
 */
export function nameMatcher(regexp: string): (name: string) => boolean {
  const pattern = compile(regexp);
  const program = pattern.programSize();
  if (program > maxProgram) throw tooCostly();
  let left = maxWork;
  return (name) => {
    left -= (name.length + 1) * program;
    if (left < 0) throw tooCostly();
    return pattern.test(name);
  };
}

function compile(regexp: string): RE2JS {
  if (regexp.length > maxSource) throw tooCostly();
  try {
    return RE2JS.compile(regexp);
  } catch {
    throw new ProviderError('Rejected', { what: 'find.name.regexp' });
  }
}

function tooCostly(): ProviderError {
  return new ProviderError('Rejected', { what: 'find.name.regexp (too costly)' });
}

/** Maps with at most `limit` calls under way; results in the order of the items. The first failure ends it. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await map(items[index] as T);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
