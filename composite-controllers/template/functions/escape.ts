import { type ByteText, decodeRune } from '../../../providers/kit/json/byte-text.ts';
import type { Budget } from '../limits.ts';
import { displayAll } from '../values/print.ts';
import { isPrint } from '../values/unicode.ts';
import type { Any } from '../values/value.ts';
import { type FunctionTable, fn } from './signature.ts';

/** Texts for other languages. */
export const escapeFunctions: FunctionTable = {
  html: fn(['...any'], (args, { budget }) => escapeHtml(joined(args, budget))),
  js: fn(['...any'], (args, { budget }) => escapeJs(joined(args, budget))),
  urlquery: fn(['...any'], (args, { budget }) => escapeQuery(joined(args, budget))),
};

/** The arguments as one text; nil is shown as a template shows no value. */
function joined(args: readonly Any[], budget: Budget): ByteText {
  return displayAll(
    args.map((arg) => arg ?? '<no value>'),
    budget,
  );
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\xef\xbf\xbd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

function escapeHtml(text: ByteText): ByteText {
  return text.replace(/[\0"'&<>]/g, (char) => htmlEscapes[char] ?? char);
}

function escapeJs(text: ByteText): ByteText {
  let result = '';
  for (let at = 0; at < text.length; ) {
    const { rune, size } = decodeRune(text, at);
    const bytes = text.slice(at, at + size);
    const hex = rune.toString(16).toUpperCase().padStart(4, '0');
    if (rune === 0x5c || rune === 0x27 || rune === 0x22) result += `\\${bytes}`;
    else if (rune >= 0x80) result += isPrint(rune) ? bytes : `\\u${hex}`;
    else result += rune < 0x20 || '<>&='.includes(bytes) ? `\\u${hex}` : bytes;
    at += size;
  }
  return result;
}

/** As Go's url.QueryEscape. */
function escapeQuery(text: ByteText): ByteText {
  return text.replace(/[^A-Za-z0-9\-_.~]/g, (char) =>
    char === ' ' ? '+' : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
