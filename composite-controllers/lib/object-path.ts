import { ValueError } from './errors.ts';

/** A step into an object: a name, or a place in a list. */
export type Step = string | number;

const maxIndex = 10_000;

/** The steps of a path such as `spec.rules[0].host` (spec core 5.4). Throws {@link ValueError} `PathInvalid`. */
export function parsePath(path: string): readonly Step[] {
  const fail = (reason: string): never => {
    throw new ValueError('PathInvalid', { text: path, reason });
  };
  const steps: Step[] = [];
  for (const segment of path.split('.')) {
    const open = segment.indexOf('[');
    const name = open < 0 ? segment : segment.slice(0, open);
    if (segment === '') fail('empty segment');
    if (name !== '') steps.push(name);
    for (let rest = segment.slice(name.length); rest !== ''; ) {
      if (!rest.startsWith('[')) fail(`expected '[' near "${rest}"`);
      const close = rest.indexOf(']');
      if (close < 0) fail("unterminated '['");
      const text = rest.slice(1, close);
      if (!/^[-+]?\d{1,18}$/.test(text)) fail(`bad index "${text}"`);
      const index = Number(text);
      if (index < 0) fail(`negative index ${index}`);
      if (index > maxIndex) fail(`index ${index} exceeds maximum (${maxIndex})`);
      steps.push(index);
      rest = rest.slice(close + 1);
    }
  }
  if (typeof steps[0] !== 'string') fail('path must start with a key');
  return steps;
}

type Container = Record<string, unknown> | unknown[];

/**
 * Puts what `leaf` makes of the present value at the end of the steps, in place; what is missing on the way is made, and
 * lists grow with nulls. Throws {@link ValueError} `PathMismatch` where something else is in the way.
 */
export function putAt(
  root: Record<string, unknown>,
  steps: readonly Step[],
  leaf: (value: unknown) => unknown,
): void {
  let here: Container = root;
  for (const [index, step] of steps.slice(0, -1).entries()) {
    const isList = typeof steps[index + 1] === 'number';
    const found = read(here, step) ?? (isList ? [] : {});
    if (typeof found !== 'object' || Array.isArray(found) !== isList)
      throw new ValueError('PathMismatch', {
        text: String(steps[index + 1]),
        reason: isList ? 'a list' : 'a map',
      });
    put(here, step, found);
    here = found as Container;
  }
  const last = steps.at(-1);
  if (last !== undefined) put(here, last, leaf(read(here, last)));
}

/** The part of an object that the steps lead to, in the containers on the way; lists are taken whole. */
export function copyAt(
  from: Record<string, unknown>,
  steps: readonly Step[],
  to: Record<string, unknown>,
): void {
  const list = steps.findIndex((step) => typeof step === 'number');
  const names = list < 0 ? steps : steps.slice(0, list);
  const found = names.reduce<unknown>(
    (node, name) => (node === undefined ? node : read(node as Container, name)),
    from,
  );
  if (found !== undefined) putAt(to, names, () => found);
}

function read(container: Container, step: Step): unknown {
  if (Array.isArray(container)) return container[step as number];
  return Object.hasOwn(container, step) ? container[step as string] : undefined;
}

function put(container: Container, step: Step, value: unknown): void {
  if (Array.isArray(container)) {
    while (container.length < (step as number)) container.push(null);
    container[step as number] = value;
    return;
  }
  // An assignment to `__proto__` would be none.
  Object.defineProperty(container, step, { value, enumerable: true, configurable: true, writable: true });
}
