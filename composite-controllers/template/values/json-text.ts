import { type ByteText, decodeRune } from '../../../providers/kit/json/byte-text.ts';
import { formatJson } from '../../../providers/kit/json/go-float.ts';
import { CallError } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { type Any, isObject, sortedNames } from './value.ts';

/** How JSON is written. */
export interface JsonForm {
  /** `escaped` writes `<`, `>` and `&` by their numbers. */
  readonly html: 'escaped' | 'plain';
  /** Two spaces a level, or none at all. */
  readonly layout: 'indented' | 'compact';
}

/** The value as Go's encoding/json writes it. Throws {@link CallError} `NoJson` for floats that are no numbers, or over the budget. */
export function jsonText(value: Any, form: JsonForm, budget: Budget, level = 0): ByteText {
  budget.step();
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new CallError('NoJson');
      return formatJson(value);
    case 'string':
      budget.make(value.length);
      return quoteJsonBytes(value, form.html);
  }
  if (!isObject(value)) return 'null';
  switch (value.kind) {
    case 'integer':
      return String(value.value);
    case 'list':
      if (value.nil) return 'null';
      return budget.nested(() =>
        bracketed(
          '[]',
          value.items.map((item) => jsonText(item, form, budget, level + 1)),
          form,
          level,
        ),
      );
    case 'map':
      if (value.nil) return 'null';
      return members(
        sortedNames(value).map((name) => [name, value.entries.get(name) ?? null]),
        form,
        budget,
        level,
      );
    case 'instance':
      if (value.json === null) throw new CallError('NoJson');
      return value.json ?? members(Object.entries(value.fields), form, budget, level);
  }
}

function members(entries: readonly [string, Any][], form: JsonForm, budget: Budget, level: number): ByteText {
  const colon = form.layout === 'indented' ? ': ' : ':';
  const parts = budget.nested(() =>
    entries.map(
      ([name, value]) => quoteJsonBytes(name, form.html) + colon + jsonText(value, form, budget, level + 1),
    ),
  );
  return bracketed('{}', parts, form, level);
}

function bracketed(
  brackets: string,
  parts: readonly string[],
  { layout }: JsonForm,
  level: number,
): ByteText {
  const [open, close] = brackets;
  if (layout === 'compact' || parts.length === 0) return `${open}${parts.join(',')}${close}`;
  const indent = `\n${'  '.repeat(level)}`;
  return `${open}${indent}  ${parts.join(`,${indent}  `)}${indent}${close}`;
}

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** The text as a JSON string; bytes that are not UTF-8 become `\ufffd`. */
export function quoteJsonBytes(text: ByteText, html: JsonForm['html']): ByteText {
  let result = '"';
  for (let at = 0; at < text.length; ) {
    const { rune, size } = decodeRune(text, at);
    const bytes = text.slice(at, at + size);
    const special =
      rune < 0x20 ||
      (html === 'escaped' && (rune === 0x3c || rune === 0x3e || rune === 0x26)) ||
      rune === 0x2028 ||
      rune === 0x2029 ||
      (rune === 0xfffd && size === 1);
    result += short[bytes] ?? (special ? `\\u${rune.toString(16).padStart(4, '0')}` : bytes);
    at += size;
  }
  return `${result}"`;
}
