import { type ByteText, decodeRune, encodeRune } from '../../../providers/kit/json/byte-text.ts';

/** The code points of a text; each byte that is not UTF-8 is U+FFFD and one byte long. */
export function* runes(text: ByteText): Generator<{ rune: number; size: number; at: number }> {
  for (let at = 0; at < text.length; ) {
    const { rune, size } = decodeRune(text, at);
    yield { rune, size, at };
    at += size;
  }
}

/** The text with every code point replaced; bytes that are not UTF-8 become U+FFFD. */
export function mapRunes(text: ByteText, change: (rune: number, index: number) => number): ByteText {
  let result = '';
  let index = 0;
  for (const { rune } of runes(text)) result += encodeRune(change(rune, index++));
  return result;
}

/** How many code points the text has. */
export function runeCount(text: ByteText): number {
  let count = 0;
  for (const _ of runes(text)) count++;
  return count;
}

/** Go's unicode.IsSpace. */
export function isSpace(rune: number): boolean {
  return (
    rune === 0x20 ||
    (rune >= 0x09 && rune <= 0x0d) ||
    rune === 0x85 ||
    rune === 0xa0 ||
    rune === 0x1680 ||
    (rune >= 0x2000 && rune <= 0x200a) ||
    rune === 0x2028 ||
    rune === 0x2029 ||
    rune === 0x202f ||
    rune === 0x205f ||
    rune === 0x3000
  );
}

const matcher = (pattern: RegExp) => (rune: number) => pattern.test(String.fromCodePoint(rune));

export const isLetter: (rune: number) => boolean = matcher(/\p{L}/u);
export const isDigit: (rune: number) => boolean = matcher(/\p{Nd}/u);
export const isNumber: (rune: number) => boolean = matcher(/\p{N}/u);
export const isUpper: (rune: number) => boolean = matcher(/\p{Lu}/u);
/** Unicode 15 has U+0295 among the small letters, as Go does. */
export const isLower: (rune: number) => boolean = matcher(/[\p{Ll}\u0295]/u);
export const isTitle: (rune: number) => boolean = matcher(/\p{Lt}/u);
export const isPunctuation: (rune: number) => boolean = matcher(/\p{P}/u);

const graphic = /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u;

/** Go's unicode.IsPrint: of all spaces only U+0020 is printable. */
export function isPrint(rune: number): boolean {
  if (rune < 0x7f) return rune >= 0x20;
  return (rune < 0xd800 || rune > 0xdfff) && graphic.test(String.fromCodePoint(rune));
}

/** The mapping to one code point, which JavaScript has only among those to several. */
function single(rune: number, changed: string): number | undefined {
  const point = changed.codePointAt(0) ?? rune;
  return changed.length === String.fromCodePoint(point).length ? point : undefined;
}

/** Greek letters with iota below, whose capitals JavaScript writes as two letters. */
function withIota(rune: number): number {
  if (rune >= 0x1f80 && rune <= 0x1faf) return rune | 8;
  return rune === 0x1fb3 || rune === 0x1fc3 || rune === 0x1ff3 ? rune + 9 : rune;
}

/** Letters whose capitals are newer than Unicode 15, which Go has. */
const withoutCapital: ReadonlySet<number> = new Set([0x19b, 0x264, 0xa7d3, 0xa7d5]);

/** Go's unicode.ToUpper. */
export function toUpper(rune: number): number {
  if (withoutCapital.has(rune)) return rune;
  return single(rune, String.fromCodePoint(rune).toUpperCase()) ?? withIota(rune);
}

/** Go's unicode.ToLower. */
export function toLower(rune: number): number {
  if (rune === 0x130) return 0x69;
  return single(rune, String.fromCodePoint(rune).toLowerCase()) ?? rune;
}

/** Go's unicode.ToTitle: as capitals, but for the letters that are two in one, and Georgian. */
export function toTitle(rune: number): number {
  if (rune >= 0x1c4 && rune <= 0x1cc) return rune <= 0x1c6 ? 0x1c5 : rune <= 0x1c9 ? 0x1c8 : 0x1cb;
  if (rune >= 0x1f1 && rune <= 0x1f3) return 0x1f2;
  if ((rune >= 0x10d0 && rune <= 0x10fa) || (rune >= 0x10fd && rune <= 0x10ff)) return rune;
  return toUpper(rune);
}
