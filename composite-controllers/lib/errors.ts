interface Row {
  /** What is wrong; `{name}` places take names of keys and options, never values. */
  readonly text: string;
  readonly advice: string;
}

/** The one table of what can be wrong with a value, a key or an option. ESO's wording where ESO has one (spec core 0.6). */
export const valueErrors = {
  DurationInvalid: { text: 'not a valid duration', advice: 'write it like 30s, 15m or 1h30m' },
  RefreshIntervalInvalid: {
    text: 'not a valid refresh interval',
    advice: 'write whole seconds as a number, or a duration such as 5m; not negative',
  },
  DecodingFailed: {
    text: 'failure decoding key {key}: the value is not valid {strategy}',
    advice: 'correct the value in the backend, or the decodingStrategy',
  },
  DecodingUnsupported: {
    text: 'decoding strategy {strategy} is not supported',
    advice: 'use Auto, Base64, Base64URL or None',
  },
  NullByte: {
    text: 'fetched secret value for key "{key}" contains null bytes; use a text-safe format such as PEM/base64 or leave nullBytePolicy unset for intentional binary data',
    advice: 'correct the value in the backend, or leave nullBytePolicy unset',
  },
  KeyCollision: {
    text: 'secret name collision during conversion: {key}',
    advice: 'two keys of the backend become the same key: use rewrite, or conversionStrategy Unicode',
  },
  KeyInvalid: {
    text: 'invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): key {key} has characters other than letters, digits, "-", "." and "_", or is longer than 253',
    advice: 'use rewrite or conversionStrategy to change the key',
  },
  RegexInvalid: {
    text: 'the regular expression cannot be compiled',
    advice: 'write it in RE2 syntax (as in Go): no look-around, no back-references',
  },
} as const satisfies Record<string, Row>;

export type ValueErrorCode = keyof typeof valueErrors;

/** Names that a {@link ValueError} may carry. */
export interface ValueErrorNames {
  readonly key?: string;
  readonly strategy?: string;
}

/** Something wrong with a value, a key or an option: a code of {@link valueErrors} and names, never a value. */
export class ValueError extends Error {
  readonly code: ValueErrorCode;

  constructor(code: ValueErrorCode, names: ValueErrorNames = {}) {
    super(
      valueErrors[code].text.replace(
        /\{(key|strategy)\}/g,
        (_, name: 'key' | 'strategy') => names[name] ?? 'unknown',
      ),
    );
    this.name = 'ValueError';
    this.code = code;
  }

  /** What a person can do about it. */
  get advice(): string {
    return valueErrors[this.code].advice;
  }
}
