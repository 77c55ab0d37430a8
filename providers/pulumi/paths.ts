import { ProviderError } from '../kit/errors.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';

/** A part of a path: a name, or the place in a list. */
export type Step = string | number;

const step = /\.?([^.[\]"]+)|\[(\d{1,9})\]|\["((?:[^"\\]|\\.)*)"\]/gy;

/**
 * The steps of a path (pulumi.com/docs/esc/environments/syntax: property paths): `root.nested`, `list[0]`, `["with.dots"]`. Throws
 * `Rejected` for what is none.
 */
export function parsePath(path: string): Step[] {
  const steps: Step[] = [];
  step.lastIndex = 0;
  while (step.lastIndex < path.length) {
    const from = step.lastIndex;
    const [found, name, index, quoted] = step.exec(path) ?? [];
    // A dot stands between names only.
    if (found === undefined || (from === 0 && found.startsWith('.')) || (from > 0 && /^[^.[]/.test(found)))
      throw new ProviderError('Rejected', { what: path });
    steps.push(name ?? (index === undefined ? (quoted ?? '').replace(/\\(.)/g, '$1') : Number(index)));
  }
  if (steps.length === 0) throw new ProviderError('Rejected', { what: path });
  return steps;
}

/** What the steps lead to. */
export function follow(node: JsonNode | undefined, steps: readonly Step[]): JsonNode | undefined {
  return steps.reduce<JsonNode | undefined>((at, name) => {
    if (at?.kind === 'array') return typeof name === 'number' ? at.items[name] : undefined;
    if (at?.kind !== 'object') return undefined;
    return at.members.findLast((entry) => entry.name === String(name))?.value;
  }, node);
}
