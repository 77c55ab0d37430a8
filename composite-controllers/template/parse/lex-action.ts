import { encodeRune } from '../../../providers/kit/json/byte-text.ts';
import { CallError, type TemplateErrorCode, type TemplateErrorDetails } from '../errors.ts';
import { quote } from '../values/quote.ts';
import { isDigit, isLetter, isPrint } from '../values/unicode.ts';
import {
  emit,
  fail,
  isSpaceByte,
  keywords,
  passRightDelimiter,
  rightDelimiter,
  runeAt,
  type Scanner,
  type TokenKind,
} from './scanner.ts';

type Outcome = 'more' | 'closed' | 'failed';

/** Reads the tokens of an action up to its right delimiter. */
export function lexInside(scanner: Scanner): void {
  while (lexOne(scanner) === 'more');
}

function lexOne(scanner: Scanner): Outcome {
  const from = scanner.at;
  const closing = rightDelimiter(scanner);
  if (closing !== 'none') return close(scanner, closing);
  const first = scanner.input[from];
  if (first === undefined) return error(scanner, 'UnclosedAction');
  if (isSpaceByte(first)) return space(scanner);
  const { rune, size } = runeAt(scanner, from);
  const char = size === 1 ? first : scanner.input.slice(from, from + size);
  scanner.at += size;
  switch (char) {
    case '=':
      return token(scanner, 'assign', from);
    case ':':
      if (scanner.input[scanner.at] !== '=') return error(scanner, 'ExpectedDeclare', from);
      scanner.at++;
      return token(scanner, 'declare', from);
    case '|':
      return token(scanner, 'pipe', from);
    case '"':
      return quoted(scanner, from, '"', 'string', 'UnterminatedString');
    case "'":
      return quoted(scanner, from, "'", 'character', 'UnterminatedCharacter');
    case '`':
      return rawString(scanner, from);
    case '$':
      return word(scanner, from, 'variable');
    case '(':
      scanner.depth++;
      return token(scanner, 'left-paren', from);
    case ')':
      if (--scanner.depth < 0) return error(scanner, 'UnexpectedParenthesis', from);
      return token(scanner, 'right-paren', from);
  }
  const next = scanner.input[scanner.at];
  if (char === '.' && next !== undefined && !isDecimal(next)) return word(scanner, from, 'field');
  if (char === '.' || char === '+' || char === '-' || isDecimal(char)) return number(scanner, from);
  if (isWordRune(rune)) return word(scanner, from, 'identifier');
  if (rune < 0x80 && isPrint(rune)) return token(scanner, 'char', from);
  return error(scanner, 'UnrecognizedCharacter', from, { character: codePoint(rune) });
}

function token(scanner: Scanner, kind: TokenKind, from: number): Outcome {
  emit(scanner, kind, from);
  return 'more';
}

function error(
  scanner: Scanner,
  code: TemplateErrorCode,
  from = scanner.at,
  details: TemplateErrorDetails = {},
): Outcome {
  fail(scanner, new CallError(code, details), from);
  return 'failed';
}

function close(scanner: Scanner, closing: 'plain' | 'trim'): Outcome {
  if (scanner.depth > 0) return error(scanner, 'UnclosedParenthesis');
  const { from, to } = passRightDelimiter(scanner, closing);
  emit(scanner, 'close', from, to);
  return 'closed';
}

/** Space but for the last one before a trim marker, which belongs to the delimiter. */
function space(scanner: Scanner): Outcome {
  const from = scanner.at;
  while (isSpaceByte(scanner.input[scanner.at])) scanner.at++;
  scanner.at--;
  if (rightDelimiter(scanner) !== 'trim') scanner.at++;
  if (scanner.at > from) emit(scanner, 'space', from);
  return 'more';
}

function quoted(
  scanner: Scanner,
  from: number,
  delimiter: string,
  kind: TokenKind,
  code: TemplateErrorCode,
): Outcome {
  for (;;) {
    let char = scanner.input[scanner.at++];
    if (char === delimiter) return token(scanner, kind, from);
    if (char === '\\') char = scanner.input[scanner.at++];
    if (char === undefined || char === '\n') return error(scanner, code, from);
  }
}

function rawString(scanner: Scanner, from: number): Outcome {
  const end = scanner.input.indexOf('`', scanner.at);
  if (end < 0) return error(scanner, 'UnterminatedRawString', from);
  scanner.at = end + 1;
  return token(scanner, 'raw-string', from);
}

/** An identifier, or a field or variable, whose first character has been read. */
function word(scanner: Scanner, from: number, kind: 'identifier' | 'field' | 'variable'): Outcome {
  if (kind !== 'identifier' && atTerminator(scanner))
    return token(scanner, kind === 'field' ? 'dot' : kind, from);
  passWord(scanner);
  if (!atTerminator(scanner)) {
    const { rune } = runeAt(scanner, scanner.at);
    return error(scanner, 'BadCharacter', from, { character: codePoint(rune) });
  }
  return token(
    scanner,
    kind === 'identifier' ? (wordKinds.get(scanner.input.slice(from, scanner.at)) ?? kind) : kind,
    from,
  );
}

function passWord(scanner: Scanner): void {
  const { input } = scanner;
  for (;;) {
    const code = input.charCodeAt(scanner.at);
    if (code < 0x80) {
      if (!isWordRune(code)) return;
      scanner.at++;
    } else {
      const { rune, size } = runeAt(scanner, scanner.at);
      if (rune < 0 || !isWordRune(rune)) return;
      scanner.at += size;
    }
  }
}

const wordKinds: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ...keywords.map((keyword) => [keyword, keyword] as const),
  ['nil', 'nil'],
  ['true', 'bool'],
  ['false', 'bool'],
]);

function atTerminator(scanner: Scanner): boolean {
  const char = scanner.input[scanner.at];
  return (
    char === undefined ||
    isSpaceByte(char) ||
    '.,|:)('.includes(char) ||
    scanner.input.startsWith(scanner.delimiters.right, scanner.at)
  );
}

const signed =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

function number(scanner: Scanner, from: number): Outcome {
  scanner.at = from;
  if (!scanNumber(scanner)) return badNumber(scanner, from);
  const sign = scanner.input[scanner.at];
  if (sign !== '+' && sign !== '-') return token(scanner, 'number', from);
  if (!scanNumber(scanner) || scanner.input[scanner.at - 1] !== 'i') return badNumber(scanner, from);
  return token(scanner, 'complex', from);
}

function badNumber(scanner: Scanner, from: number): Outcome {
  return error(scanner, 'BadNumber', from, { text: quote(scanner.input.slice(from, scanner.at)) });
}

/** Steps over what may be a number; false, and one character further, when a letter or digit follows it. */
function scanNumber(scanner: Scanner): boolean {
  signed.lastIndex = scanner.at;
  scanner.at += signed.exec(scanner.input)?.[0].length ?? 0;
  const { rune, size } = runeAt(scanner, scanner.at);
  if (rune < 0 || !isWordRune(rune)) return true;
  scanner.at += size;
  return false;
}

const isDecimal = (char: string) => char >= '0' && char <= '9';

const isWordRune = (rune: number) =>
  rune < 0x80
    ? rune === 0x5f || (rune >= 0x30 && rune <= 0x39) || ((rune | 0x20) >= 0x61 && (rune | 0x20) <= 0x7a)
    : isLetter(rune) || isDigit(rune);

/** Such as U+0040 '@', as Go's `%#U` prints it. */
function codePoint(rune: number): string {
  const hex = rune.toString(16).toUpperCase().padStart(4, '0');
  return isPrint(rune) ? `U+${hex} '${encodeRune(rune)}'` : `U+${hex}`;
}
