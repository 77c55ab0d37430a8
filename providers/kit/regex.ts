import { RE2JS, RE2JSSyntaxException } from 're2js';

/** A compiled RE2 expression whose work is bounded. Every use throws `tooCostly` of its {@link RegexFailures}. */
export interface Regex {
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
  /** The text with every match replaced, by the rules of Go: `$1`, `${name}`, `$$`; an empty match behind a match is none. */
  replaceAll(text: string, template: string): string;
  /** Where all matches start and end, in order, by the same rules. */
  findAll(text: string): Iterable<readonly [start: number, end: number]>;
}

/** What to throw, in the words of those who ask. */
export interface RegexFailures {
  /** `reason` is Go's explanation, and quotes the expression. */
  invalid(reason: string): Error;
  tooCostly(): Error;
}

/** Work that is left, in instructions times characters read; several expressions may share it. */
export interface RegexBudget {
  left: number;
}

const maxSource = 1024;
const maxProgram = 10_000;

/**
 * Compiles an expression by RE2's syntax; all uses of the result share the budget, so compile one per operation. Throws
 * what `failures` gives.
 */
export function compileRegex(source: string, budget: RegexBudget, failures: RegexFailures): Regex {
  if (source.length > maxSource) throw failures.tooCostly();
  const pattern = compile(source, failures);
  const program = pattern.programSize();
  if (program > maxProgram) throw failures.tooCostly();
  const meter: Meter = {
    allow(characters) {
      if ((characters + 1) * program > budget.left) throw failures.tooCostly();
    },
    spend(characters) {
      budget.left -= (characters + 1) * program;
    },
  };
  return {
    test(text) {
      meter.allow(text.length);
      meter.spend(text.length);
      return pattern.test(text);
    },
    replaceAll(text, template) {
      let result = '';
      let copied = 0;
      for (const match of matches(pattern, text, meter)) {
        result += text.slice(copied, match[0]) + expand(template, text, match, pattern.namedGroups());
        copied = match[1] ?? copied;
      }
      return result + text.slice(copied);
    },
    *findAll(text) {
      for (const [start = 0, end = 0] of matches(pattern, text, meter)) yield [start, end] as const;
    },
  };
}

function compile(source: string, failures: RegexFailures): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    // Anything else is an expression nested beyond what the compiler's recursion can take.
    if (!(error instanceof RE2JSSyntaxException)) throw failures.tooCostly();
    throw failures.invalid(
      `error parsing regexp: ${error.getDescription()}: \`${error.getPattern() ?? ''}\``,
    );
  }
}

/** A budget by the characters that a search reads. */
interface Meter {
  /** Throws when reading so many could cost more than is left. */
  allow(characters: number): void;
  spend(characters: number): void;
}

/** One search in so many clears marks that it left: 32 KiB, which takes as long as reading this many characters. */
const searchCost = 16;

/**
 * All matches as pairs of indexes, group by group (-1: took no part). A search may read to the end of the text, and has to be
 * allowed to, but mostly ends a little behind its match: what it has read is what it costs.
 */
function* matches(pattern: RE2JS, text: string, meter: Meter): Generator<number[]> {
  const re2 = pattern.re2();
  const watched = watch(text);
  let at = 0;
  let previousEnd = -1;
  while (at <= text.length) {
    meter.allow(text.length - at);
    watched.read = at;
    const [found, match] = re2.matchWithGroup(watched, at, text.length, 0, pattern.groupCount() + 1) as
      | [true, number[]]
      | [false, null];
    meter.spend(watched.read - at + searchCost);
    if (!found) return;
    const [start = 0, end = 0] = match;
    if (start < end || start !== previousEnd) yield match;
    previousEnd = end;
    at = end > at ? end : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
  }
}

/** The text as a string object of what the engine uses, and how far it was read. */
function watch(text: string) {
  const watched = {
    [Symbol.toStringTag]: 'String',
    length: text.length,
    read: 0,
    charCodeAt(at: number): number {
      if (at > watched.read) watched.read = at;
      return text.charCodeAt(at);
    },
    indexOf(sought: string, from: number): number {
      const at = text.indexOf(sought, from);
      watched.read = at < 0 ? text.length : Math.max(watched.read, at);
      return at;
    },
  };
  return watched;
}

/** The template with its references replaced, as Go's `Expand` does; a lone `$` stays. */
function expand(
  template: string,
  text: string,
  match: readonly number[],
  names: Readonly<Record<string, number>>,
): string {
  return template.replace(
    /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu,
    (_reference, bare?: string, braced?: string) => {
      const name = bare ?? braced;
      if (name === undefined) return '$';
      const group = /^(?:0|[1-9][0-9]{0,8})$/.test(name)
        ? Number(name)
        : Object.hasOwn(names, name)
          ? names[name]
          : undefined;
      if (group === undefined) return '';
      const start = match[2 * group] ?? -1;
      return start < 0 ? '' : text.slice(start, match[2 * group + 1]);
    },
  );
}
