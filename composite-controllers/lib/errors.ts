interface Row {
  /** What is wrong, in ESO's words where it has some; `{name}` places take the details of the error. */
  readonly text: string;
  /** What a person can do about it. */
  readonly advice: string;
}

const badKeys = 'invalid secret keys (TIP: use rewrite or conversionStrategy to change keys)';
const durationAdvice = 'write numbers with units, such as 30s, 15m or 1h30m';

/** The one table of what can be wrong with values and with the rules that a manifest sets for them. */
export const valueErrors = {
  KeyTooLong: {
    text: `${badKeys}: key has length {length} but max is 253: (following is truncated): {key}`,
    advice: 'shorten the key by a rewrite',
  },
  KeyInvalid: {
    text: `${badKeys}: key has invalid character {character}, only alphanumeric, '-', '.' and '_' are allowed: {key}`,
    advice: 'set conversionStrategy, or change the key by a rewrite',
  },
  KeyCollision: {
    text: 'secret name collision during conversion: {key}',
    advice: 'two keys become the same: set conversionStrategy Unicode, or tell them apart by a rewrite',
  },
  DecodingUnsupported: {
    text: 'decoding strategy {strategy} is not supported',
    advice: 'use one of None, Base64, Base64URL and Auto',
  },
  NotBase64: {
    text: 'illegal base64 data',
    advice: 'store the value in the padded alphabet that decodingStrategy names, or use None or Auto',
  },
  NullBytes: {
    text: 'fetched secret value for key "{key}" contains null bytes; use a text-safe format such as PEM/base64 or leave nullBytePolicy unset for intentional binary data',
    advice: 'store the value as text, or remove nullBytePolicy',
  },
  RegexInvalid: {
    text: 'regexp failed with failed to compile: {reason}',
    advice: 'correct the expression; the syntax is RE2, without look-around and back-references',
  },
  RegexTooCostly: {
    text: 'the regular expression is too large for the input',
    advice: 'shorten the expression, above all its counted repetitions, or narrow what it is applied to',
  },
  TransformFailed: {
    text: 'transform failed: template "transform":{line}:{column}: {reason}',
    advice: 'correct the template; `keyhook template` tries one out, and .value is the key',
  },
  PathInvalid: {
    text: 'invalid path "{text}": {reason}',
    advice: 'write names separated by dots, and places in lists as [n]: spec.rules[0].host',
  },
  PathMismatch: {
    text: 'something else is where the path goes on with {text}: expected {reason}',
    advice: 'correct the path, or the template that puts the other value there',
  },
  MergeKeyMissing: {
    text: 'merge failed with key "{key}" not found in input map',
    advice: 'correct merge.priority, or set priorityPolicy IgnoreNotFound',
  },
  MergeNotAnObject: {
    text: 'merge failed with failed to unmarshal JSON: the value of key "{key}" is not a JSON object',
    advice: 'merge only secrets that are JSON objects',
  },
  MergeConflict: {
    text: 'merge failed with conflicts: {keys}',
    advice: 'set conflictPolicy Ignore and say by merge.priority which key wins',
  },
  MergeIntoMissing: {
    text: "merge failed with missing 'into' field",
    advice: 'set merge.into, or strategy Extract',
  },
  DurationInvalid: { text: 'time: invalid duration "{text}"', advice: durationAdvice },
  DurationUnitMissing: { text: 'time: missing unit in duration "{text}"', advice: durationAdvice },
  DurationUnitUnknown: { text: 'time: unknown unit "{unit}" in duration "{text}"', advice: durationAdvice },
  DurationNegative: { text: 'must not be negative', advice: durationAdvice },
  SelectorInvalid: {
    text: 'the label selector is not valid: operator {operator} of key "{key}"',
    advice: 'In and NotIn need values, Exists and DoesNotExist take none; there are no other operators',
  },
} as const satisfies Record<string, Row>;

/** The name of a row of {@link valueErrors}. */
export type ValueErrorCode = keyof typeof valueErrors;

/** Facts that an error may carry: keys, and words of the manifest; never a value. */
export type ValueDetails = Readonly<
  Partial<
    Record<
      | 'key'
      | 'keys'
      | 'character'
      | 'strategy'
      | 'operator'
      | 'reason'
      | 'text'
      | 'unit'
      | 'length'
      | 'line'
      | 'column',
      string | number
    >
  >
>;

/** A value, a key or a rule that cannot be worked with: a code of {@link valueErrors} and what it is about. */
export class ValueError extends Error {
  readonly code: ValueErrorCode;
  readonly details: ValueDetails;

  constructor(code: ValueErrorCode, details: ValueDetails = {}) {
    super(
      valueErrors[code].text.replace(/\{(\w+)\}/g, (_, name: keyof ValueDetails) =>
        String(details[name] ?? ''),
      ),
    );
    this.name = 'ValueError';
    this.code = code;
    this.details = details;
  }

  /** What a person can do about it. */
  get advice(): string {
    return valueErrors[this.code].advice;
  }

  /** The same error, saying where it happened. */
  within(place: string): ValueError {
    const located = new ValueError(this.code, this.details);
    located.message = `${place}: ${this.message}`;
    return located;
  }
}

/** Runs a step; its {@link ValueError} says where it happened. */
export function within<T>(place: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof ValueError ? error.within(place) : error;
  }
}
