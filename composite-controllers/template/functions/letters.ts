import { type ByteText, encodeRune } from '../../../providers/kit/json/byte-text.ts';
import type { Budget } from '../limits.ts';
import {
  isDigit,
  isLetter,
  isLower,
  isSpace,
  isTitle,
  isUpper,
  mapRunes,
  toLower,
  toTitle,
  toUpper,
} from '../values/unicode.ts';
import { toIndex } from './convert.ts';
import { type FunctionTable, fn } from './signature.ts';
import { camelCase, lowerCase } from './word-case.ts';

/** Upper and lower case, words, abbreviations and line breaks. */
export const letterFunctions: FunctionTable = {
  upper: fn(['string'], ([text]) => changeCase(text, toUpper)),
  lower: fn(['string'], ([text]) => changeCase(text, toLower)),
  title: fn(['string'], ([text]) => titleCase(text)),
  untitle: fn(['string'], ([text]) => afterSpace(text, toLower)),
  swapcase: fn(['string'], ([text]) => swapCase(text)),
  snakecase: fn(['string'], ([text]) => lowerCase(text, '_')),
  kebabcase: fn(['string'], ([text]) => lowerCase(text, '-')),
  camelcase: fn(['string'], ([text]) => camelCase(text)),
  initials: fn(['string'], ([text]) => initials(text)),
  abbrev: fn(['int', 'string'], ([width, text]) => (width < 4n ? text : abbreviate(text, 0, toIndex(width)))),
  abbrevboth: fn(['int', 'int', 'string'], ([left, right, text]) =>
    right < 4n || (left > 0n && right < 7n) ? text : abbreviate(text, toIndex(left), toIndex(right)),
  ),
  wrap: fn(['int', 'string'], ([width, text], { budget }) => wrap(text, toIndex(width), '', 'whole', budget)),
  wrapWith: fn(['int', 'string', 'string'], ([width, newLine, text], { budget }) =>
    wrap(text, toIndex(width), newLine, 'split', budget),
  ),
};

function changeCase(text: ByteText, change: (rune: number) => number): ByteText {
  return mapRunes(text, change);
}

function titleCase(text: ByteText): ByteText {
  let previous = 0x20;
  return mapRunes(text, (rune) => {
    const start = separates(previous);
    previous = rune;
    return start ? toTitle(rune) : rune;
  });
}

function separates(rune: number): boolean {
  if (rune < 0x80) return !/\w/.test(String.fromCharCode(rune));
  return !isLetter(rune) && !isDigit(rune) && isSpace(rune);
}

function afterSpace(text: ByteText, change: (rune: number) => number): ByteText {
  let start = true;
  return mapRunes(text, (rune) => {
    const changes = start && !isSpace(rune);
    start = isSpace(rune);
    return changes ? change(rune) : rune;
  });
}

function swapCase(text: ByteText): ByteText {
  let start = true;
  return mapRunes(text, (rune) => {
    const first = start;
    const cased = isUpper(rune) || isTitle(rune) || isLower(rune);
    start = cased ? false : isSpace(rune);
    if (!cased) return rune;
    if (!isLower(rune)) return toLower(rune);
    return first ? toTitle(rune) : toUpper(rune);
  });
}

/** As the library does it, each byte is taken for a character. */
function initials(text: ByteText): ByteText {
  let result = '';
  let start = true;
  for (const byte of text) {
    const code = byte.charCodeAt(0);
    if (isSpace(code)) start = true;
    else if (start) {
      result += encodeRune(code);
      start = false;
    }
  }
  return result;
}

const marker = '...';

/** The text within a width of at least 4 bytes, marked where it was cut; `offset` is kept in sight. */
function abbreviate(text: ByteText, offset: number, width: number): ByteText {
  if (text.length <= width) return text;
  const room = width - marker.length;
  const start = Math.min(Math.min(offset, text.length), text.length - room);
  if (start <= 4) return text.slice(0, room) + marker;
  if (width < 7) return '';
  if (start + room >= text.length) return marker + text.slice(text.length - room);
  return marker + (room < 4 ? '' : abbreviate(text.slice(start), 0, room));
}

function wrap(
  text: ByteText,
  width: number,
  newLine: ByteText,
  longWords: 'whole' | 'split',
  budget: Budget,
): ByteText {
  const length = Math.max(width, 1);
  const ending = newLine === '' ? '\n' : newLine;
  let result = '';
  let at = 0;
  while (text.length - at > length) {
    if (text[at] === ' ') {
      at++;
      continue;
    }
    budget.make(ending.length);
    const space = text.lastIndexOf(' ', at + length);
    let end = space;
    if (space < at) {
      if (longWords === 'split') {
        result += text.slice(at, at + length) + ending;
        at += length;
        continue;
      }
      end = text.indexOf(' ', at + length);
      if (end < 0) return result + text.slice(at);
    }
    result += text.slice(at, end) + ending;
    at = end + 1;
  }
  return result + text.slice(at);
}
