/**
 * A copy of `value` in which each `${name}`, in keys and values, stands for its variable; of two that are nested the inner
 * one. Throws for an unknown name.
 */
export function substitute<T>(value: T, lookup: (name: string) => string | undefined): T {
  const inText = (text: string) =>
    text.replace(/\$\{([^${}]*)\}/g, (_, name: string) => {
      const found = lookup(name);
      if (found === undefined) throw new Error(`\${${name}} stands for nothing here`);
      return found;
    });
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return inText(node);
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node === 'object' && node !== null)
      return Object.fromEntries(Object.entries(node).map(([key, inner]) => [inText(key), walk(inner)]));
    return node;
  };
  return walk(value) as T;
}
