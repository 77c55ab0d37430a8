import { pointerSegment } from './json-patch.ts';

/** Whether an object has all that another one states: maps may have more, anything else has to be equal. */
export function contains(whole: unknown, part: unknown): boolean {
  if (isMap(part)) {
    return (
      isMap(whole) &&
      Object.entries(part).every(([key, value]) => Object.hasOwn(whole, key) && contains(whole[key], value))
    );
  }
  if (!Array.isArray(part)) return whole === part;
  return (
    Array.isArray(whole) &&
    whole.length === part.length &&
    part.every((value, index) => contains(whole[index], value))
  );
}

/** JSON pointers of the members of maps that an object has beyond what another one states. */
export function extras(whole: unknown, part: unknown, at = ''): string[] {
  if (!isMap(whole) || !isMap(part)) return [];
  return Object.entries(whole).flatMap(([key, value]) => {
    const path = `${at}/${pointerSegment(key)}`;
    return Object.hasOwn(part, key) ? extras(value, part[key], path) : [path];
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
