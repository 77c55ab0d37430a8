import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Budget } from '../limits.ts';
import { type Flags, formatInteger, formatNumber, formatText, noFlags, pad } from './format-flags.ts';
import { typeName } from './types.ts';
import { type Any, type Dict, type Instance, isObject, type List, sortedNames, type Value } from './value.ts';

/** The value as Go's `%v` prints it. */
export function display(value: Value, budget: Budget): ByteText {
  if (typeof value === 'string') return value;
  return formatValue(value ?? null, 'v', noFlags(), budget);
}

/** The values as Go's Sprint prints them: space between two of which neither is a string. */
export function displayAll(values: readonly Any[], budget: Budget): ByteText {
  let result = '';
  for (const [index, value] of values.entries()) {
    if (index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string') result += ' ';
    result += display(value, budget);
  }
  return result;
}

/** The value by a verb and flags of Go's printf. Throws {@link CallError} over the budget. */
export function formatValue(value: Any, verb: string, flags: Flags, budget: Budget): ByteText {
  if (value === null) return verb === 'v' || verb === 'T' ? pad('<nil>', flags) : `%!${verb}(<nil>)`;
  if (verb === 'T') return formatText(typeName(value), 's', flags) ?? '';
  // An address would tell nothing, and differ each time.
  if (verb === 'p') return badVerb(value, verb, flags, budget);
  return formatInner(value, verb, flags, budget, 0);
}

function formatInner(value: Any, verb: string, flags: Flags, budget: Budget, depth: number): ByteText {
  budget.step();
  if (verb === 'w') return badVerb(value, verb, flags, budget);
  if (value === null) return flags.syntax ? 'interface {}(nil)' : '<nil>';
  if (
    isObject(value) &&
    'text' in value &&
    value.text !== undefined &&
    !flags.syntax &&
    'vsxXq'.includes(verb)
  )
    return formatText(value.text, verb, flags) ?? '';
  return formatRaw(value, verb, flags, budget, depth) ?? badVerb(value, verb, flags, budget);
}

/** The value by what it is made of, not by its String method; undefined where the verb is not for it. */
function formatRaw(
  value: Exclude<Any, null>,
  verb: string,
  flags: Flags,
  budget: Budget,
  depth: number,
): ByteText | undefined {
  if (isObject(value) && value.kind !== 'integer') {
    if (value.kind === 'list') return formatList(value, verb, flags, budget, depth);
    if (value.kind === 'map') return formatDict(value, verb, flags, budget, depth);
    return formatInstance(value, verb, flags, budget, depth);
  }
  const text = formatScalar(value, verb, flags);
  budget.make(text?.length ?? 0);
  return text;
}

function formatScalar(value: Exclude<Any, null | List | Dict | Instance>, verb: string, flags: Flags) {
  switch (typeof value) {
    case 'boolean':
      return verb === 't' || verb === 'v' ? pad(String(value), flags) : undefined;
    case 'bigint':
      return formatInteger(value, verb, flags, 'signed');
    case 'number':
      return formatNumber(value, verb, flags);
    case 'string':
      return formatText(value, verb, flags);
    default:
      return formatInteger(value.value, verb, flags, value.base.startsWith('u') ? 'unsigned' : 'signed');
  }
}

function formatList(list: List, verb: string, flags: Flags, budget: Budget, depth: number): ByteText {
  const items = () =>
    budget.nested(() => list.items.map((item) => formatInner(item, verb, flags, budget, depth + 1)));
  if (!flags.syntax) return `[${items().join(' ')}]`;
  return list.nil ? `${typeName(list)}(nil)` : `${typeName(list)}{${items().join(', ')}}`;
}

function formatDict(dict: Dict, verb: string, flags: Flags, budget: Budget, depth: number): ByteText {
  const members = () =>
    budget.nested(() =>
      sortedNames(dict).map((name) => {
        const value = formatInner(dict.entries.get(name) ?? null, verb, flags, budget, depth + 1);
        return `${formatInner(name, verb, flags, budget, depth + 1)}:${value}`;
      }),
    );
  if (!flags.syntax) return `map[${members().join(' ')}]`;
  return dict.nil ? `${typeName(dict)}(nil)` : `${typeName(dict)}{${members().join(', ')}}`;
}

function formatInstance(
  value: Instance,
  verb: string,
  flags: Flags,
  budget: Budget,
  depth: number,
): ByteText {
  const fields = Object.entries(value.fields).map(([name, field]) => {
    const text = formatInner(field, verb, flags, budget, depth + 1);
    return flags.names || flags.syntax ? `${name}:${text}` : text;
  });
  const reference = value.base === 'ptr' ? '&' : '';
  if (!flags.syntax) return `${reference}{${fields.join(' ')}}`;
  return `${reference}${value.type.replace('*', '')}{${fields.join(', ')}}`;
}

function badVerb(value: Any, verb: string, flags: Flags, budget: Budget): ByteText {
  if (value === null) return `%!${verb}(<nil>)`;
  return `%!${verb}(${typeName(value)}=${formatRaw(value, 'v', flags, budget, 0) ?? ''})`;
}
