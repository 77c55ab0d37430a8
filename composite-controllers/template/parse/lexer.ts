import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import { lexInside } from './lex-action.ts';
import {
  emit,
  endOfLine,
  fail,
  isSpaceByte,
  passRightDelimiter,
  rightDelimiter,
  type Scanner,
  type Token,
  trimMarker,
} from './scanner.ts';

/** The tokens of a template; the last is `end-of-text` or an `error`. */
export function lex(input: ByteText, delimiters: Scanner['delimiters']): Token[] {
  const scanner: Scanner = {
    input,
    delimiters,
    tokens: [],
    at: 0,
    depth: 0,
    line: 1,
    lineEnd: endOfLine(input, 0),
  };
  for (;;) {
    lexText(scanner);
    const last = scanner.tokens.at(-1)?.kind;
    if (last === 'error' || last === 'end-of-text') return scanner.tokens;
  }
}

function lexText(scanner: Scanner): void {
  const { input, delimiters } = scanner;
  const from = scanner.at;
  const found = input.indexOf(delimiters.left, from);
  if (found < 0) {
    scanner.at = input.length;
    if (scanner.at > from) emit(scanner, 'text', from);
    emit(scanner, 'end-of-text', scanner.at);
    return;
  }
  const inside = found + delimiters.left.length;
  const trims = input[inside] === '-' && isSpaceByte(input[inside + 1]);
  scanner.at = found;
  if (trims) while (scanner.at > from && isSpaceByte(input[scanner.at - 1])) scanner.at--;
  if (scanner.at > from) emit(scanner, 'text', from);
  scanner.at = inside;
  const start = inside + (trims ? trimMarker : 0);
  if (input.startsWith('/*', start)) {
    lexComment(scanner, start);
    return;
  }
  emit(scanner, 'open', found);
  scanner.at = start;
  scanner.depth = 0;
  lexInside(scanner);
}

function lexComment(scanner: Scanner, from: number): void {
  const end = scanner.input.indexOf('*/', from + 2);
  if (end >= 0) scanner.at = end + 2;
  const closing = rightDelimiter(scanner);
  if (end < 0) fail(scanner, new CallError('UnclosedComment'), from);
  else if (closing === 'none') fail(scanner, new CallError('CommentNotClosed'), from);
  else passRightDelimiter(scanner, closing);
}
