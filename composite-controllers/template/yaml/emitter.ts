import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { resolvePlain } from './resolve.ts';

/** A text of YAML that is being written, as libyaml does it. */
export interface Emitter {
  text: ByteText;
  column: number;
  /** Columns by which a scalar's further lines are indented. */
  indent: number;
  whitespace: boolean;
  indention: boolean;
}

/** Where a scalar stands: a key stays on its line. */
export type ScalarPlace = 'key' | 'value';

const bestWidth = 80;

const isBreak = (char: string) => char === '\n' || char === '\u2028' || char === '\u2029';

/** Puts something of one line. */
export function put(e: Emitter, text: string): void {
  e.text += text;
  e.column += text.length;
}

/** A new line with its indentation, or what is missing of it. */
export function writeIndent(e: Emitter): void {
  const indent = Math.max(e.indent, 0);
  if (!e.indention || e.column > indent || (e.column === indent && !e.whitespace)) breakLine(e, '\n');
  if (e.column < indent) put(e, ' '.repeat(indent - e.column));
  e.whitespace = true;
  e.indention = true;
}

function breakLine(e: Emitter, char: string): void {
  e.text += char;
  e.column = 0;
}

/** `-`, `?`, `:` and quotes. */
export function writeIndicator(
  e: Emitter,
  text: string,
  needsSpace: boolean,
  isSpace: boolean,
  isIndention: boolean,
): void {
  if (needsSpace && !e.whitespace) put(e, ' ');
  put(e, text);
  e.whitespace = isSpace;
  e.indention = e.indention && isIndention;
}

interface Analysis {
  readonly multiline: boolean;
  readonly plain: boolean;
  readonly singleQuoted: boolean;
  readonly block: boolean;
}

/** In which styles a text can be written. */
export function analyze(text: string): Analysis {
  if (text === '') return { multiline: false, plain: true, singleQuoted: true, block: false };
  const multiline = /[\n\u2028\u2029]/.test(text);
  const special = [...text].some((char) => !isPrintable(char));
  const edge = /^[ \n\u2028\u2029]|[ \n\u2028\u2029]$/.test(text);
  const breakSpace = /[\n\u2028\u2029] /.test(text);
  const spaceBreak = / [\n\u2028\u2029]/.test(text);
  const indicators =
    /^(?:---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[?:-](?:[ \t\n\u2028\u2029]|$)/.test(text) ||
    /:(?:[ \t\n\u2028\u2029]|$)/.test(text) ||
    /[ \t\n\u2028\u2029]#/.test(text);
  return {
    multiline,
    plain: !edge && !breakSpace && !spaceBreak && !special && !multiline && !indicators,
    singleQuoted: !breakSpace && !spaceBreak && !special,
    block: !text.endsWith(' ') && !spaceBreak && !special,
  };
}

/** What libyaml takes for printable: no tab, and nothing above U+FFFF. */
function isPrintable(char: string): boolean {
  const rune = char.codePointAt(0) ?? 0;
  return (
    rune === 0x0a ||
    (rune >= 0x20 && rune <= 0x7e) ||
    (rune >= 0xa0 && rune <= 0xfffd && rune !== 0xfeff && !(rune >= 0xd800 && rune <= 0xdfff))
  );
}

/** Writes a string so that it reads back as one. */
export function writeString(e: Emitter, bytes: ByteText, text: string, place: ScalarPlace): void {
  const analysis = analyze(text);
  const sexagesimal = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);
  const canBePlain = resolvePlain(bytes).kind === 'text' && !sexagesimal;
  let style: 'literal' | 'plain' | 'single' | 'double' = text.includes('\n')
    ? 'literal'
    : canBePlain
      ? 'plain'
      : 'double';
  if (place === 'key' && analysis.multiline) style = 'double';
  if (style === 'plain' && (!analysis.plain || (text === '' && place === 'key'))) style = 'single';
  if (style === 'single' && !analysis.singleQuoted) style = 'double';
  if (style === 'literal' && (!analysis.block || place === 'key')) style = 'double';
  const breaks = place === 'value';
  if (style === 'plain') writePlain(e, text, breaks);
  else if (style === 'single') writeSingle(e, text, breaks);
  else if (style === 'double') writeDouble(e, text, breaks);
  else writeLiteral(e, text);
}

/** Writes a scalar that needs no quotes; it is broken between words behind the best width. */
export function writePlain(e: Emitter, text: string, allowBreaks: boolean): void {
  if (!e.whitespace) put(e, ' ');
  writeWords(
    e,
    text,
    (index, spaces) => allowBreaks && !spaces && e.column > bestWidth && text[index + 1] !== ' ',
  );
}

function writeSingle(e: Emitter, text: string, allowBreaks: boolean): void {
  writeIndicator(e, "'", true, false, false);
  writeWords(
    e,
    text,
    (index, spaces) =>
      allowBreaks &&
      !spaces &&
      e.column > bestWidth &&
      index > 0 &&
      index < text.length - 1 &&
      text[index + 1] !== ' ',
    (char) => (char === "'" ? "''" : char),
  );
  writeIndicator(e, "'", false, false, false);
}

function writeWords(
  e: Emitter,
  text: string,
  breaksAt: (index: number, spaces: boolean) => boolean,
  written = (char: string) => char,
): void {
  let spaces = false;
  let breaks = false;
  for (const [index, char] of [...text].entries()) {
    if (char === ' ') {
      if (breaksAt(index, spaces)) writeIndent(e);
      else put(e, char);
      spaces = true;
    } else if (isBreak(char)) {
      if (!breaks && char === '\n') breakLine(e, '\n');
      breakLine(e, char);
      e.indention = true;
      breaks = true;
    } else {
      if (breaks) writeIndent(e);
      put(e, written(char));
      e.indention = false;
      spaces = false;
      breaks = false;
    }
  }
  e.whitespace = false;
  e.indention = false;
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function writeDouble(e: Emitter, text: string, allowBreaks: boolean): void {
  writeIndicator(e, '"', true, false, false);
  let spaces = false;
  const characters = [...text];
  for (const [index, char] of characters.entries()) {
    if (char === ' ') {
      if (allowBreaks && !spaces && e.column > bestWidth && index > 0 && index < characters.length - 1) {
        writeIndent(e);
        if (characters[index + 1] === ' ') put(e, '\\');
      } else put(e, char);
      spaces = true;
      continue;
    }
    const escaped = !isPrintable(char) || isBreak(char) || char === '"' || char === '\\';
    put(e, escaped ? (escapes[char] ?? numbered(char)) : char);
    spaces = false;
  }
  writeIndicator(e, '"', false, false, false);
  e.whitespace = false;
  e.indention = false;
}

function numbered(char: string): string {
  const rune = char.codePointAt(0) ?? 0;
  const [letter, width] = rune <= 0xff ? ['x', 2] : rune <= 0xffff ? ['u', 4] : ['U', 8];
  return `\\${letter}${rune.toString(16).toUpperCase().padStart(width, '0')}`;
}

function writeLiteral(e: Emitter, text: string): void {
  writeIndicator(e, '|', true, false, false);
  if (/^[ \n\u2028\u2029]/.test(text)) writeIndicator(e, '2', false, false, false);
  if (!/[\n\u2028\u2029]$/.test(text)) writeIndicator(e, '-', false, false, false);
  else if (/^.?$|[\n\u2028\u2029]{2}$/s.test(text)) writeIndicator(e, '+', false, false, false);
  breakLine(e, '\n');
  e.indention = true;
  e.whitespace = true;
  let breaks = true;
  for (const char of text) {
    if (isBreak(char)) {
      breakLine(e, char);
      e.indention = true;
      breaks = true;
      continue;
    }
    if (breaks) writeIndent(e);
    put(e, char);
    e.indention = false;
    breaks = false;
  }
}
