import { type ByteText, decodeRune } from './byte-text.ts';

const any = -1;
const star = -2;

/** The code points of a pattern, with {@link any} and {@link star} for `?` and `*`; undefined when nothing can match. */
function compile(pattern: ByteText): number[] | undefined {
  const parts: number[] = [];
  for (let i = 0; i < pattern.length; ) {
    const char = pattern[i];
    if (char === '*' || char === '?') {
      parts.push(char === '*' ? star : any);
      i++;
      continue;
    }
    if (char === '\\') {
      i++;
      // A backslash at the end stands for itself behind a star and matches nothing elsewhere.
      if (i === pattern.length) {
        if (!parts.includes(star)) return undefined;
        i--;
      }
    }
    const { rune, size } = decodeRune(pattern, i);
    parts.push(rune);
    i += size;
  }
  return parts;
}

/** Whether a text fits a pattern of `*` (any run) and `?` (one code point); `spend` is told the steps in advance. */
export function matchesPattern(text: ByteText, pattern: ByteText, spend: (steps: number) => void): boolean {
  const parts = compile(pattern);
  if (parts === undefined) return false;
  const stars = parts.filter((part) => part === star).length;
  spend(text.length * (1 + Math.min(stars, 1) * parts.length));
  let part = 0;
  let at = 0;
  // Where to go on after the last star when what follows it does not fit: one code point further.
  let retryPart = -1;
  let retryAt = 0;
  while (at < text.length) {
    const { rune, size } = decodeRune(text, at);
    if (parts[part] === star) {
      retryPart = ++part;
      retryAt = at;
    } else if (part < parts.length && (parts[part] === any || parts[part] === rune)) {
      part++;
      at += size;
    } else if (retryPart >= 0) {
      retryAt += decodeRune(text, retryAt).size;
      at = retryAt;
      part = retryPart;
    } else {
      return false;
    }
  }
  while (parts[part] === star) part++;
  return part === parts.length;
}
