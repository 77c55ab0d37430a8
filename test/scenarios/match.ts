import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import type { Partial } from './format.ts';

/**
 * How an object differs from what is expected of it; empty when it fits. Fields that are not mentioned may be anything,
 * null means that the field must be absent, texts may be a `/regular expression/`, lists have to be equal in length, and `text` is a Secret's decoded data.
 */
export function differences(expected: Partial, actual: KubeObject): string[] {
  const { text, ...rest } = expected;
  const decoded = text === undefined ? [] : compare(text, decodedData(actual), 'text');
  return [...compare(rest, actual, ''), ...decoded];
}

/** Whether a text is the expected one, or matches the expected `/expression/`. */
export function fits(expected: string, actual: string): boolean {
  const [, expression] = /^\/(.*)\/$/s.exec(expected) ?? [];
  return expression === undefined ? actual === expected : new RegExp(expression, 's').test(actual);
}

/** A Secret's data as text. */
export function decodedData(secret: KubeObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries((secret as SecretObject).data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  );
}

function compare(expected: unknown, actual: unknown, path: string): string[] {
  if (expected === null || expected === undefined)
    return actual === undefined || actual === null ? [] : [`${path} is there`];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path} is not a list`];
    const length = expected.length === actual.length ? [] : [`${path} has ${actual.length} entries`];
    return [
      ...length,
      ...expected.flatMap((item, index) => compare(item, actual[index], `${path}[${index}]`)),
    ];
  }
  if (typeof expected === 'object') {
    if (typeof actual !== 'object' || actual === null) return [`${path} is missing`];
    return Object.entries(expected).flatMap(([key, value]) =>
      compare(value, (actual as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`),
    );
  }
  const isSame =
    expected === actual ||
    (typeof expected === 'string' && typeof actual === 'string' && fits(expected, actual));
  return isSame ? [] : [`${path} is ${JSON.stringify(actual) ?? 'missing'}`];
}
