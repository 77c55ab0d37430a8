import type { Any } from '../../../composite-controllers/template/values/value.ts';

/** A value that both sides can be given. */
export type Data = Any;

/** The value in the notation of the Go program. */
export function encode(value: Data): unknown {
  switch (typeof value) {
    case 'boolean':
      return { b: value };
    case 'bigint':
      return { i: String(value) };
    case 'number':
      return { f: Object.is(value, -0) ? '-0' : String(value) };
    case 'string':
      return { s: base64(value) };
  }
  if (value === null) return null;
  switch (value.kind) {
    case 'integer':
      return { i64: String(value.value) };
    case 'list':
      return { [value.element === 'string' ? 'ls' : 'l']: value.items.map(encode) };
    case 'map':
      return {
        [value.element === 'string' ? 'ms' : 'm']: Object.fromEntries(
          [...value.entries].map(([name, item]) => [base64(name), encode(item)]),
        ),
      };
    default:
      throw new Error('no such data');
  }
}

const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
