import { CallError, type TemplateErrorCode } from './errors.ts';

/** What one execution may cost. */
export interface Limits {
  /**
   * Nodes walked, iterations, calls and their arguments, elements visited, blocks of 16 elements that were copied, and of 64 bytes
   * that functions were given.
   */
  readonly steps: number;
  /** Bytes of the result. */
  readonly outputBytes: number;
  /** Bytes of all strings that functions made on the way. */
  readonly madeBytes: number;
  /** Templates within templates, and lists and maps within each other. */
  readonly depth: number;
  /** Calls of functions that take long by design: password hashes, key derivation, new keys. */
  readonly slowCalls: number;
  /** Instructions times characters of all regular expressions together. */
  readonly regexWork: number;
}

/** Far above what a Secret of at most 1 MiB needs, and within about a second (slow functions aside). */
export const defaultLimits: Limits = {
  steps: 500_000,
  outputBytes: 4 << 20,
  madeBytes: 32 << 20,
  depth: 200,
  slowCalls: 16,
  regexWork: 1 << 25,
};

/** What runs where everything else waits for it: some tens of milliseconds at the worst, and nothing that is slow by design. */
export const inlineLimits: Limits = {
  ...defaultLimits,
  steps: 25_000,
  madeBytes: 2 << 20,
  slowCalls: 0,
  regexWork: 1 << 21,
};

/** What runs in a thread of its own, which somebody ends after a time: there the clock bounds the slow functions. */
export const threadLimits: Limits = { ...defaultLimits, slowCalls: 200 };

/** Whether more of everything might have led to a result. */
export function isTooMuch(code: TemplateErrorCode): boolean {
  return tooMuch.has(code);
}

const tooMuch: ReadonlySet<TemplateErrorCode> = new Set([
  'TooManySteps',
  'TooMuchText',
  'TooMuchOutput',
  'TooManySlowCalls',
  'RegexTooCostly',
]);

/** Bytes of a template's text. */
export const maxTemplateBytes = 1 << 20;

/** Parentheses and control structures within each other. */
export const maxParseDepth = 200;

/** What is left of {@link Limits}; each method throws {@link CallError} when nothing is. */
export interface Budget {
  step(count?: number): void;
  /** Spends the bytes of a string that is about to be made, or was. */
  make(bytes: number): void;
  output(bytes: number): void;
  slow(): void;
  /** Runs one level deeper. */
  nested<T>(run: () => T): T;
  /** Shared by all regular expressions of the execution. */
  readonly regex: { left: number };
}

/** A fresh budget. */
export function createBudget(limits: Limits): Budget {
  let { steps, outputBytes, madeBytes, depth, slowCalls } = limits;
  return {
    step(count = 1) {
      steps -= count;
      if (!(steps >= 0)) throw new CallError('TooManySteps');
    },
    make(bytes) {
      madeBytes -= bytes;
      if (!(madeBytes >= 0)) throw new CallError('TooMuchText');
    },
    output(bytes) {
      outputBytes -= bytes;
      if (outputBytes < 0) throw new CallError('TooMuchOutput');
    },
    slow() {
      if (--slowCalls < 0) throw new CallError('TooManySlowCalls');
    },
    nested(run) {
      if (--depth < 0) throw new CallError('TooDeep');
      try {
        return run();
      } finally {
        depth++;
      }
    },
    regex: { left: limits.regexWork },
  };
}
