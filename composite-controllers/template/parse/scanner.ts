import { type ByteText, decodeRune } from '../../../providers/kit/json/byte-text.ts';
import type { CallError } from '../errors.ts';

/** The kinds of tokens; keywords are kinds of their own. */
export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'char'
  | 'left-paren'
  | 'right-paren'
  | 'string'
  | 'raw-string'
  | 'character'
  | 'number'
  | 'complex'
  | 'bool'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'dot'
  | 'nil'
  | 'end-of-text'
  | 'error'
  | Keyword;

/** Words that begin or part control structures. */
export type Keyword = (typeof keywords)[number];

export const keywords = [
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
] as const;

/** A piece of the template's text. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: ByteText;
  readonly at: number;
  readonly line: number;
  /** Of kind `error`: what is wrong. */
  readonly error?: CallError;
}

/** What encloses actions. */
export interface Delimiters {
  readonly left: string;
  readonly right: string;
}

/** What encloses actions unless somebody says otherwise. */
export const standardDelimiters: Delimiters = { left: '{{', right: '}}' };

/** Where the lexer stands. */
export interface Scanner {
  readonly input: ByteText;
  readonly delimiters: { readonly left: ByteText; readonly right: ByteText };
  readonly tokens: Token[];
  at: number;
  depth: number;
  /** A line that was counted to, and where it ends. */
  line: number;
  lineEnd: number;
}

/** The bytes that Go's templates take as space. */
export const isSpaceByte = (char: string | undefined): boolean =>
  char === ' ' || char === '\t' || char === '\r' || char === '\n';

/** Bytes of a trim marker and the space beside it. */
export const trimMarker = 2;

/** Adds a token that starts at a position and ends where the scanner stands, or at another one. */
export function emit(scanner: Scanner, kind: TokenKind, from: number, to = scanner.at): void {
  scanner.tokens.push({ kind, text: scanner.input.slice(from, to), at: from, line: lineOf(scanner, from) });
}

/** Adds an error; nothing is read after it. */
export function fail(scanner: Scanner, error: CallError, from: number): void {
  scanner.tokens.push({ kind: 'error', text: error.message, at: from, line: lineOf(scanner, from), error });
}

/** Where the line of a position ends. */
export function endOfLine(input: ByteText, at: number): number {
  const end = input.indexOf('\n', at);
  return end < 0 ? input.length : end;
}

/** The line of a position, which is not before the one that was asked for last. */
function lineOf(scanner: Scanner, at: number): number {
  while (scanner.lineEnd < at) {
    scanner.line++;
    scanner.lineEnd = endOfLine(scanner.input, scanner.lineEnd + 1);
  }
  return scanner.line;
}

/** The code point at a position, or -1 at the end. */
export function runeAt({ input }: Scanner, at: number): { rune: number; size: number } {
  return at < input.length ? decodeRune(input, at) : { rune: -1, size: 0 };
}

/** Whether a right delimiter stands here, and whether it trims. */
export function rightDelimiter({ input, delimiters, at }: Scanner): 'none' | 'plain' | 'trim' {
  if (isSpaceByte(input[at]) && input[at + 1] === '-' && input.startsWith(delimiters.right, at + trimMarker))
    return 'trim';
  return input.startsWith(delimiters.right, at) ? 'plain' : 'none';
}

/** Steps over a right delimiter, with its marker and the space that it trims. Returns where the delimiter itself starts and ends. */
export function passRightDelimiter(
  scanner: Scanner,
  closing: 'plain' | 'trim',
): { from: number; to: number } {
  if (closing === 'trim') scanner.at += trimMarker;
  const from = scanner.at;
  scanner.at += scanner.delimiters.right.length;
  const to = scanner.at;
  if (closing === 'trim') while (isSpaceByte(scanner.input[scanner.at])) scanner.at++;
  return { from, to };
}
