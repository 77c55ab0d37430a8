import {
  type Any,
  dict,
  int64,
  isObject,
  list,
  strings,
} from '../../../composite-controllers/template/values/value.ts';

/** A value that both sides can be given. */
export type Data = Any;

/** The value in the notation of the files in test/golden: `{"s": base64}`, `{"i": "1"}`, `{"l": [...]}` and so on. */
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

/** The value of something in that notation. */
export function decode(encoded: unknown): Data {
  if (encoded === null) return null;
  const [[kind, value] = []] = Object.entries(encoded as Record<string, unknown>);
  switch (kind) {
    case 's':
      return text(String(value));
    case 'i':
      return BigInt(String(value));
    case 'i64':
      return int64(BigInt(String(value)));
    case 'f':
      return Number(value);
    case 'b':
      return value === true;
    case 'l':
      return list((value as unknown[]).map(decode));
    case 'ls':
      return strings((value as unknown[]).map((item) => String(decode(item))));
    case 'm':
      return dict(members(value));
    case 'ms':
      return { kind: 'map', element: 'string', entries: new Map(members(value)) };
    default:
      throw new Error('no such data');
  }
}

const members = (value: unknown) =>
  Object.entries(value as Record<string, unknown>).map(([name, item]) => [text(name), decode(item)] as const);

const text = (encoded: string) => Buffer.from(encoded, 'base64').toString('latin1');
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');

/** The value again, sharing nothing that a template can change. */
export function copy(value: Data): Data {
  if (!isObject(value)) return value;
  if (value.kind === 'list') return { ...value, items: value.items.map(copy) };
  if (value.kind !== 'map') return value;
  const entries = new Map<string, Data>();
  for (const [name, item] of value.entries) entries.set(name, copy(item));
  return { ...value, entries };
}
