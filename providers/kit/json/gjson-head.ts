import type { ByteText } from './byte-text.ts';
import { type ModifierName, modifierNamed, quotedEnd } from './gjson-path.ts';
import { blockEnd, groupEnd } from './gjson-scan.ts';

/** One path of a multipath, with the name that it was given. */
export interface Selector {
  readonly name: ByteText;
  readonly path: ByteText;
}

/** The paths of `[a,b]` or `{"n":a,b}` and what follows the bracket, undefined when it never closes. */
export function parseMultipath(path: ByteText): { selectors: Selector[]; after: ByteText } | undefined {
  const selectors: Selector[] = [];
  let start = 1;
  let colon = 0;
  let depth = 1;
  let modifier = false;
  const push = (end: number) => {
    selectors.push({
      name: colon === 0 ? '' : path.slice(start, colon),
      path: path.slice(colon === 0 ? start : colon + 1, end),
    });
    start = end + 1;
    colon = 0;
    modifier = false;
  };
  for (let i = 1; i < path.length; i++) {
    const char = path.charAt(i);
    if (char === '\\') i++;
    else if (char === '"') i = quotedEnd(path, i);
    else if (char === '@') modifier ||= path[i - 1] === '.' || path[i - 1] === '|';
    else if (char === ':') colon = !modifier && colon === 0 && depth === 1 ? i : colon;
    else if (char === ',' && depth === 1) push(i);
    else if ('[({'.includes(char)) depth++;
    else if ('])}'.includes(char) && --depth === 0) {
      push(i);
      return { selectors, after: path.slice(i + 1) };
    }
  }
  return undefined;
}

/** A modifier or literal at the head of a path and the path behind it. */
export type Head =
  | {
      readonly kind: 'modifier';
      readonly name: ModifierName;
      readonly argument: ByteText;
      readonly after: ByteText;
    }
  | { readonly kind: 'literal'; readonly text: ByteText; readonly after: ByteText };

/** The modifier (`@name:argument`) or literal (`!value`) that a path starts with; unknown ones are plain names. */
export function parseHead(path: ByteText): Head | undefined {
  if (path[0] === '!') return parseLiteral(path);
  if (path[0] !== '@') return undefined;
  const [head = '', written = ''] = /^@([^:|.]*)/.exec(path) ?? [];
  const name = modifierNamed(written);
  if (name === undefined) return undefined;
  const behind = path.slice(head.length);
  if (behind[0] !== ':') return { kind: 'modifier', name, argument: '', after: behind };
  const text = behind.slice(1);
  const end = /^[{["]/.test(text) ? groupEnd(text, 0) : argumentEnd(text);
  return { kind: 'modifier', name, argument: text.slice(0, end), after: text.slice(end) };
}

function argumentEnd(text: ByteText): number {
  let i = 0;
  for (; i < text.length && text[i] !== '|'; i++)
    if ('{["('.includes(text.charAt(i))) i = groupEnd(text, i) - 1;
  return i;
}

function parseLiteral(path: ByteText): Head | undefined {
  const text = path.slice(1);
  if (/^[{["+\-0-9]/.test(text)) {
    const end = blockEnd(text, 0);
    return { kind: 'literal', text: text.slice(0, end), after: text.slice(end) };
  }
  const word = /^[^.|]*/.exec(text)?.[0] ?? '';
  if (!/^(?:true|false|null|nan|inf)$/i.test(word)) return undefined;
  return { kind: 'literal', text: word, after: text.slice(word.length) };
}
