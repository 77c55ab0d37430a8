import { isObject, type Value } from './value.ts';

/** The name of the value's type, as Go's `%T` prints it; `<nil>` for nil. */
export function typeName(value: Value): string {
  if (!isObject(value)) return primitives[typeof value] ?? '<nil>';
  switch (value.kind) {
    case 'list':
      return `[]${value.element}`;
    case 'map':
      return `map[string]${value.element}`;
    default:
      return value.type;
  }
}

/** The name of the value's kind, as Go's reflect names it; `invalid` for nil. */
export function kindName(value: Value): string {
  if (!isObject(value)) return primitives[typeof value] ?? 'invalid';
  switch (value.kind) {
    case 'list':
      return 'slice';
    case 'map':
      return 'map';
    default:
      return value.base;
  }
}

/** The type in an error of the engine, where nil is a nil interface. */
export function typeInError(value: Value): string {
  return value === null ? 'interface {}' : typeName(value);
}

const primitives: Readonly<Record<string, string>> = {
  boolean: 'bool',
  bigint: 'int',
  number: 'float64',
  string: 'string',
};
