import { type ByteText, decodeRune, toByteText } from '../../../providers/kit/json/byte-text.ts';
import { ValueError } from '../../lib/errors.ts';
import { compileRegex, type Regex } from '../../lib/regex.ts';
import type { Context } from '../context.ts';
import { CallError } from '../errors.ts';
import type { Value } from '../values/value.ts';
import { type List, nilList, strings } from '../values/value.ts';
import { toIndex } from './convert.ts';
import { type Arguments, type FunctionTable, fn, type Parameters } from './signature.ts';

/** Regular expressions by RE2; those of one execution share one budget. */
export const regexFunctions: FunctionTable = {
  regexMatch: fn(['string', 'string'], ([source, text], context) => matches(source, text, context)),
  mustRegexMatch: fn(['string', 'string'], ([source, text], context) =>
    use(source, context, (regex) => regex.test(toText(text))),
  ),
  ...withMust('FindAll', ['string', 'string', 'int'], ([source, text, count], context) =>
    use(source, context, (regex) => listOrNil(found(regex, text, toIndex(count)))),
  ),
  ...withMust('Find', ['string', 'string'], ([source, text], context) =>
    use(source, context, (regex) => found(regex, text, 1)[0] ?? ''),
  ),
  ...withMust('ReplaceAll', ['string', 'string', 'string'], ([source, text, by], context) =>
    use(source, context, (regex) => {
      const [input, template] = [toText(text), toText(by)];
      let replaced = 0;
      for (const [start, end] of regex.findAll(input)) {
        replaced += template.length;
        // A reference may put the whole match in its place.
        context.budget.make(template.length + (template.split('$').length - 1) * (end - start));
      }
      return replaced === 0 && by !== '' ? text : fromText(regex.replaceAll(input, template));
    }),
  ),
  ...withMust('ReplaceAllLiteral', ['string', 'string', 'string'], ([source, text, by], context) =>
    use(source, context, (regex) => replaceLiteral(regex, text, by, context)),
  ),
  ...withMust('Split', ['string', 'string', 'int'], ([source, text, count], context) =>
    use(source, context, (regex) => split(regex, source, text, toIndex(count))),
  ),
  regexQuoteMeta: fn(['string'], ([text]) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
};

/** The function as `regexName` and `mustRegexName`: an expression that is not valid stops a template either way. */
function withMust<const P extends Parameters>(
  name: string,
  parameters: P,
  call: (args: Arguments<P>, context: Context) => Value,
): FunctionTable {
  const callee = fn(parameters, call);
  return { [`regex${name}`]: callee, [`mustRegex${name}`]: callee };
}

/** What `use` makes of the expression. Throws {@link CallError} where it is not valid or costs too much. */
function use<T>(source: ByteText, { budget }: Context, apply: (regex: Regex) => T): T {
  budget.step(64);
  try {
    return apply(compileRegex(toText(source), budget.regex));
  } catch (error) {
    // The expression may come from a value, so the reason is not told.
    if (error instanceof ValueError)
      throw new CallError(error.code === 'RegexTooCostly' ? 'RegexTooCostly' : 'InvalidRegex');
    throw error;
  }
}

/** An expression that is not valid matches nothing. */
function matches(source: ByteText, text: ByteText, context: Context): boolean {
  try {
    return use(source, context, (regex) => regex.test(toText(text)));
  } catch (error) {
    if (error instanceof CallError && error.code === 'InvalidRegex') return false;
    throw error;
  }
}

function found(regex: Regex, text: ByteText, count: number): ByteText[] {
  const input = toText(text);
  const results: ByteText[] = [];
  if (count === 0) return results;
  for (const [start, end] of regex.findAll(input)) {
    results.push(fromText(input.slice(start, end)));
    if (results.length === count) break;
  }
  return results;
}

const listOrNil = (items: ByteText[]): List => (items.length === 0 ? nilList('string') : strings(items));

function replaceLiteral(regex: Regex, text: ByteText, by: ByteText, { budget }: Context): ByteText {
  const input = toText(text);
  let result = '';
  let copied = 0;
  for (const [start, end] of regex.findAll(input)) {
    budget.make(by.length);
    result += fromText(input.slice(copied, start)) + by;
    copied = end;
  }
  return result + fromText(input.slice(copied));
}

function split(regex: Regex, source: ByteText, text: ByteText, count: number): List {
  if (count === 0) return nilList('string');
  if (source !== '' && text === '') return strings(['']);
  const input = toText(text);
  const parts: ByteText[] = [];
  let begin = 0;
  let end = 0;
  for (const [start, stop] of regex.findAll(input)) {
    if (count > 0 && parts.length === count - 1) break;
    end = start;
    if (stop !== 0) parts.push(fromText(input.slice(begin, end)));
    begin = stop;
  }
  if (end !== input.length) parts.push(fromText(input.slice(begin)));
  return strings(parts);
}

/** Bytes as text for the engine; each byte that is not UTF-8 becomes half a surrogate pair, which no UTF-8 has. */
function toText(bytes: ByteText): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const { rune, size } = decodeRune(bytes, at);
    text +=
      rune === 0xfffd && size === 1
        ? String.fromCharCode(0xdc00 + bytes.charCodeAt(at))
        : String.fromCodePoint(rune);
    at += size;
  }
  return text;
}

function fromText(text: string): ByteText {
  let bytes = '';
  for (const char of text) {
    const code = char.charCodeAt(0);
    bytes +=
      char.length === 1 && code >= 0xdc80 && code <= 0xdcff
        ? String.fromCharCode(code - 0xdc00)
        : toByteText(char);
  }
  return bytes;
}
