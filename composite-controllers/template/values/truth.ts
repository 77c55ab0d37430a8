import { isObject, type Value } from './value.ts';

/** Whether the value counts as true: anything but nil, false, zero, and what is empty. Structs are always true. */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'undefined':
      return false;
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'bigint':
      return value !== 0n;
    case 'number':
      return value !== 0;
  }
  if (!isObject(value)) return false;
  switch (value.kind) {
    case 'integer':
      return value.value !== 0n;
    case 'list':
      return value.items.length > 0;
    case 'map':
      return value.entries.size > 0;
    case 'instance':
      return true;
  }
}
