/**
 * JSON in JavaScript's own types, but for integers that a `number` would round: those are a `bigint`. For objects of Kubernetes,
 * which keeps 64 bits; what a value of a Secret comes from stays text (see README).
 */

/** Throws SyntaxError where the text is no JSON. */
export function parseExact(text: string): unknown {
  // To look at every number's text costs a multiple, and hardly ever is there one of so many digits.
  return longNumber.test(text) ? reviving(text, exact) : JSON.parse(text);
}

/** The text of a value that {@link parseExact} may have made. Throws TypeError where there is none. */
export function stringifyExact(value: unknown, space?: number): string {
  try {
    return JSON.stringify(value, undefined, space);
  } catch {
    // A bigint, as a rule; whatever else it is fails again. To look at every member costs a multiple, too.
    return JSON.stringify(
      value,
      (_, member) => (typeof member === 'bigint' ? rawJson(member) : member),
      space,
    );
  }
}

const longNumber = /\d{16}/;

function exact(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  const isRounded = typeof value === 'number' && !Number.isSafeInteger(value);
  return isRounded && /^-?\d+$/.test(source ?? '') ? BigInt(source ?? '') : value;
}

// In the engine; TypeScript does not know them yet.
const reviving = JSON.parse as (text: string, reviver: typeof exact) => unknown;
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => object };
const rawJson = (value: bigint) => rawJSON(String(value));
