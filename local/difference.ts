import type { SecretObject } from '../composite-controllers/lib/objects.ts';

/** How a rendered Secret and the one in the cluster differ; keys only, never values. */
export type Difference =
  | { readonly kind: 'same' }
  | { readonly kind: 'new' }
  | {
      readonly kind: 'changed';
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly changed: readonly string[];
      /** From, to. */
      readonly type?: readonly [string, string];
    };

/** What applying `rendered` would change of `live`, which is undefined when there is none. Data and type count, labels do not. */
export function difference(rendered: SecretObject, live: SecretObject | undefined): Difference {
  if (live === undefined) return { kind: 'new' };
  const [now, then] = [
    new Map(Object.entries(live.data ?? {})),
    new Map(Object.entries(rendered.data ?? {})),
  ];
  const added = [...then.keys()].filter((key) => !now.has(key)).sort();
  const removed = [...now.keys()].filter((key) => !then.has(key)).sort();
  const changed = [...then]
    .filter(([key, value]) => now.has(key) && now.get(key) !== value)
    .map(([key]) => key)
    .sort();
  const types = [live.type ?? 'Opaque', rendered.type ?? 'Opaque'] as const;
  if (added.length + removed.length + changed.length === 0 && types[0] === types[1]) return { kind: 'same' };
  return { kind: 'changed', added, removed, changed, ...(types[0] === types[1] ? {} : { type: types }) };
}
