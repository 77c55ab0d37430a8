import { compareUtf8 } from '../../providers/kit/json/byte-text.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import { within } from './errors.ts';
import { type MergeOperation, mergeValues } from './merge.ts';
import { compileRegex } from './regex.ts';

/** One entry of `rewrite[]`; exactly one field is set. */
export interface RewriteOperation {
  readonly regexp?: { readonly source: string; readonly target: string };
  readonly transform?: { readonly template: string };
  readonly merge?: MergeOperation;
}

/** Compiles a template of a `transform` into what makes a new key of a key. */
export type KeyTemplate = (template: string) => (key: string) => string;

/**
 * The map after all operations, in order (spec core 0.7). Keys that become one: the last in sorted order wins. Throws
 * {@link ValueError}, and what the template throws.
 */
export function rewriteKeys(
  map: SecretMap,
  operations: readonly RewriteOperation[],
  template: KeyTemplate,
): SecretMap {
  return operations.reduce(
    (current, operation, index) =>
      within(`failed rewrite operation[${index}]`, () => rewrite(current, operation, template)),
    map,
  );
}

function rewrite(map: SecretMap, operation: RewriteOperation, template: KeyTemplate): SecretMap {
  const { merge, regexp, transform } = operation;
  if (merge !== undefined) return mergeValues(map, merge);
  if (regexp !== undefined) {
    const regex = compileRegex(regexp.source);
    return renamed(map, (key) => regex.replaceAll(key, regexp.target));
  }
  return transform === undefined ? map : renamed(map, template(transform.template));
}

function renamed(map: SecretMap, rename: (key: string) => string): SecretMap {
  const entries = [...map].sort(([a], [b]) => compareUtf8(a, b));
  return new Map(entries.map(([key, value]) => [rename(key), value]));
}
