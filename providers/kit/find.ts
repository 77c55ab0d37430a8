import { RE2JS } from 're2js';
import { ProviderError } from './errors.ts';

/** `find.name.regexp` as a test: RE2, searched unanchored (spec providers 1.13). Throws `Rejected` for an invalid expression. */
export function nameMatcher(regexp: string): (name: string) => boolean {
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(regexp);
  } catch {
    throw new ProviderError('Rejected', { what: 'find.name.regexp' });
  }
  return (name) => pattern.matcher(name).find();
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
