import { type ByteText, decodeRune, encodeRune } from '../../../providers/kit/json/byte-text.ts';
import {
  isLetter,
  isNumber,
  isPunctuation,
  isSpace,
  isUpper,
  runes,
  toLower,
  toUpper,
} from '../values/unicode.ts';

const isConnector = (rune: number) => rune === 0x2d || rune === 0x5f || isSpace(rune);

/** The words of the text put together, each beginning with a capital; connectors that touch another one stay. */
export function camelCase(text: ByteText): ByteText {
  const all = [...runes(text)].map(({ rune }) => rune);
  const first = all.findIndex((rune) => !isConnector(rune));
  // Connectors alone: the library writes the last one twice.
  if (first < 0) return [...all, ...all.slice(-1)].map(encodeRune).join('');
  let result = all.slice(0, first).map(encodeRune).join('');
  let current = all[first] ?? 0;
  let wasUpper = isUpper(current);
  current = toUpper(current);
  for (const rune of all.slice(first + 1)) {
    const previous = current;
    current = rune;
    if (isConnector(current) && isConnector(previous)) {
      result += encodeRune(previous);
    } else if (isConnector(previous)) {
      wasUpper = isUpper(current);
      current = toUpper(current);
    } else {
      // The rest of a word in capitals becomes lower case.
      if (wasUpper && isUpper(current)) current = toLower(current);
      else wasUpper = false;
      result += encodeRune(previous);
    }
  }
  return result + encodeRune(current);
}

type Kind = 'none' | 'number' | 'upper' | 'alphabet' | 'connector' | 'punctuation' | 'other';

interface Word {
  readonly kind: Kind;
  readonly text: ByteText;
  readonly rest: ByteText;
}

/** The words of the text in lower case with connectors between them. */
export function lowerCase(text: ByteText, connector: string): ByteText {
  if (text === '') return '';
  let result = '';
  let word = nextWord(text);
  const put = ({ kind, text }: Word) => {
    result += kind === 'upper' || kind === 'connector' ? lowered(text, connector) : text;
  };
  /** Letters and digits directly behind a number belong to it. */
  const putRun = () => {
    while (word.kind === 'alphabet' || word.kind === 'number') {
      put(word);
      word = nextWord(word.rest);
    }
    if (word.kind !== 'none' && word.kind !== 'punctuation' && word.kind !== 'connector') result += connector;
  };
  while (word.rest !== '') {
    const previous = word;
    if (previous.kind !== 'connector') put(previous);
    word = nextWord(previous.rest);
    if (previous.kind === 'number') putRun();
    else if (previous.kind === 'connector') put(previous);
    else if (previous.kind !== 'punctuation') {
      if (word.kind !== 'number') {
        if (word.kind !== 'connector' && word.kind !== 'punctuation') result += connector;
      } else if (word.rest !== '') {
        const number = word;
        word = nextWord(number.rest);
        if (word.kind === 'alphabet') {
          result += connector;
          put(number);
          putRun();
        } else {
          put(number);
          if (word.kind !== 'connector' && word.kind !== 'punctuation') result += connector;
        }
      }
    }
  }
  put(word);
  return result;
}

function lowered(text: ByteText, connector: string): ByteText {
  return [...runes(text)]
    .map(({ rune }) => (isConnector(rune) ? connector : encodeRune(isUpper(rune) ? toLower(rune) : rune)))
    .join('');
}

/** Letters, but for the ideographs of Chinese, Japanese and Korean. */
function isAlphabet(rune: number): boolean {
  const ideograph =
    (rune >= 0x4e00 && rune <= 0x9fcc) ||
    (rune >= 0x3400 && rune <= 0x4d85) ||
    (rune >= 0x20000 && rune <= 0x2b81d);
  return isLetter(rune) && !ideograph;
}

const invalid = 0xfffd;

/** The next rune that is UTF-8, with the bytes before it; the previous one at the end. */
function nextValid(text: ByteText, at: number, previous: number): { rune: number; size: number } {
  let size = 0;
  while (at + size < text.length) {
    const next = decodeRune(text, at + size);
    size += next.size;
    if (next.rune !== invalid) return { rune: next.rune, size };
  }
  return { rune: previous, size };
}

function nextWord(text: ByteText): Word {
  if (text === '') return { kind: 'none', text: '', rest: '' };
  const { rune, size } = nextValid(text, 0, invalid);
  if (rune === invalid) return { kind: 'none', text: text.slice(0, size), rest: text.slice(size) };
  const [kind, end] = wordEnd(text, rune, size);
  return { kind, text: text.slice(0, end), rest: text.slice(end) };
}

function wordEnd(text: ByteText, rune: number, size: number): [Kind, number] {
  const run = (from: number, belongs: (rune: number) => boolean) => runEnd(text, from, rune, belongs);
  if (isConnector(rune)) return ['connector', run(size, isConnector)];
  if (isPunctuation(rune)) return ['punctuation', run(size, isPunctuation)];
  if (isUpper(rune)) return ['upper', upperEnd(text, rune, size)];
  if (isAlphabet(rune)) return ['alphabet', run(size, isSmall)];
  if (isNumber(rune)) return ['number', run(size, isNumber)];
  const ends = (next: number) =>
    isConnector(next) || isAlphabet(next) || isNumber(next) || isPunctuation(next);
  return ['other', run(size, (next) => !ends(next))];
}

/** Where runes that belong together end; `previous` is the one before them. */
function runEnd(text: ByteText, from: number, before: number, belongs: (rune: number) => boolean): number {
  let at = from;
  for (let previous = before; at < text.length; ) {
    const next = nextValid(text, at, previous);
    if (!belongs(next.rune)) break;
    at += next.size;
    previous = next.rune;
  }
  return at;
}

const isSmall = (rune: number) => isAlphabet(rune) && !isUpper(rune);

/** Capitals together are one word, but the last one begins the next word when small letters follow it. */
function upperEnd(text: ByteText, rune: number, size: number): number {
  if (size >= text.length) return size;
  const second = nextValid(text, size, rune);
  if (!isUpper(second.rune))
    return isAlphabet(second.rune) ? runEnd(text, size + second.size, second.rune, isSmall) : size;
  const end = runEnd(text, size, rune, isUpper);
  if (end >= text.length || !isAlphabet(nextValid(text, end, rune).rune)) return end;
  let last = second.size;
  for (let at = size; at < end; ) {
    last = nextValid(text, at, rune).size;
    at += last;
  }
  return end - last;
}
