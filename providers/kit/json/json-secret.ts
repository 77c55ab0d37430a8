import { ProviderError } from '../../kit/errors.ts';
import type { RemoteSecret, SecretMap } from '../provider.ts';
import { flattenDecoded, flattenRaw } from './flatten.ts';
import { lookUp } from './gjson.ts';
import { JsonError } from './json-error.ts';
import { parseJson } from './tokenizer.ts';

/** How a provider reads properties and keys from JSON (the tables of spec providers 1.5 to 1.7). */
export interface JsonSecretOptions {
  /**
   * What a property with dots means. `escaped-first`: a name with dots, then a path; `as-given-first`: the reverse;
   * `as-given`: a path only; `exact-then-path`: any property is first a top-level name, then a path.
   */
  readonly dots: 'escaped-first' | 'as-given-first' | 'as-given' | 'exact-then-path';
  /** Rule A or Rule B of spec providers 1.6. */
  readonly flatten: 'raw' | 'decoded';
  /** A number keeps its spelling also where a path finds it; a fraction or an exponent becomes plain decimal unless given. */
  readonly numbers?: 'as-written';
  /** What a property that is not there means; `PropertyMissing` unless given. */
  readonly missing?: 'PropertyMissing' | 'NotFound';
  /** The secret's name in errors. */
  readonly what: string;
}

/** A secret whose bytes may be JSON; they are parsed when first asked for as an object, and never copied before. */
export function jsonSecret(bytes: Uint8Array, options: JsonSecretOptions): RemoteSecret {
  const { dots, flatten, numbers, missing = 'PropertyMissing', what } = options;
  const names = once(() => flattenRaw(parseJson(bytes)));
  const keys = flatten === 'raw' ? names : once(() => flattenDecoded(parseJson(bytes)));

  const path = (property: string) => {
    const found = lookUp(bytes, property);
    return numbers === 'as-written' && found?.kind === 'number' ? found.raw : found?.text;
  };
  const name = (property: string) =>
    property.includes('.') ? path(property.replaceAll('.', '\\.')) : undefined;
  const find = (property: string): Uint8Array | undefined => {
    switch (dots) {
      case 'escaped-first':
        return name(property) ?? path(property);
      case 'as-given-first':
        return path(property) ?? name(property);
      case 'as-given':
        return path(property);
      case 'exact-then-path':
        return topLevel(names)?.get(property) ?? path(property);
    }
  };
  const value = (property?: string): Uint8Array => {
    if (!property) return bytes;
    const found = explained(() => find(property), what, property);
    if (found === undefined) throw new ProviderError(missing, { what, property });
    return found;
  };

  return {
    size: bytes.length,
    value,
    map(property) {
      if (!property) return new Map(explained(keys, what));
      const document = value(property);
      return explained(
        () => (flatten === 'raw' ? flattenRaw : flattenDecoded)(parseJson(document)),
        what,
        property,
      );
    },
  };
}

/** The top-level names, undefined when the bytes are no JSON object: then there are only paths. */
function topLevel(names: () => SecretMap): SecretMap | undefined {
  try {
    return names();
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** Runs a look-up; what JSON cannot answer becomes ProviderError `NotAnObject` or `Unsupported`. */
export function explained<T>(read: () => T, what: string, property?: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const where = property === undefined ? what : `${what} property ${property}`;
    const form = error.code === 'Syntax' || error.code === 'NotAnObject';
    throw form
      ? new ProviderError('NotAnObject', { what: where })
      : new ProviderError('Unsupported', { what: `so deep a JSON or so costly a path: ${where}` });
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
