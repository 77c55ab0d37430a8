import type { Budget } from '../limits.ts';
import { typeName } from './types.ts';
import { type Any, isObject } from './value.ts';

/** Whether two values are of one type and the same all through: Go's reflect.DeepEqual. Throws {@link CallError} over the budget. */
export function deepEqual(a: Any, b: Any, budget: Budget): boolean {
  budget.step();
  if (!isObject(a) || !isObject(b)) return a === b;
  if (typeName(a) !== typeName(b)) return false;
  if (a.kind === 'integer' || b.kind === 'integer')
    return 'value' in a && 'value' in b && a.value === b.value;
  if (a.kind === 'list' && b.kind === 'list') {
    if (a.nil !== b.nil || a.items.length !== b.items.length) return false;
    return (
      a === b ||
      budget.nested(() => a.items.every((item, index) => deepEqual(item, b.items[index] ?? null, budget)))
    );
  }
  if (a.kind === 'map' && b.kind === 'map') {
    if (a.nil !== b.nil || a.entries.size !== b.entries.size) return false;
    if (a === b) return true;
    return budget.nested(() =>
      [...a.entries].every(([name, value]) => {
        const other = b.entries.get(name);
        return other !== undefined && deepEqual(value, other, budget);
      }),
    );
  }
  if (a.kind !== 'instance' || b.kind !== 'instance') return false;
  return (
    a.text === b.text &&
    Object.entries(a.fields).every(([name, field]) => deepEqual(field, b.fields[name] ?? null, budget))
  );
}
