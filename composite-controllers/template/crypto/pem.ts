import { type ByteText, fromByteText } from '../../../providers/kit/json/byte-text.ts';
import { decodeBase64 } from '../functions/encoding.ts';

/** A block of a PEM text. */
export interface PemBlock {
  readonly type: ByteText;
  readonly headers: readonly (readonly [ByteText, ByteText])[];
  readonly bytes: Uint8Array;
}

const begin = '-----BEGIN ';
const end = '\n-----END ';
const dashes = '-----';

/** The first block of a text and what follows it, by the rules of Go's encoding/pem: text around blocks is skipped. */
export function decodePem(text: ByteText): { block: PemBlock | undefined; rest: ByteText } {
  let from = 0;
  for (;;) {
    const ending = text.indexOf(end, from);
    if (ending < 0) return { block: undefined, rest: text };
    const before = text.slice(from, ending).lastIndexOf(begin);
    const start = from + before;
    const found =
      before >= 0 && (before === 0 || text[start - 1] === '\n') ? readBlock(text, start, ending) : 'skip';
    if (found === 'none') return { block: undefined, rest: text };
    if (found !== 'skip') return found;
    from = ending + end.length;
  }
}

type Found = { block: PemBlock; rest: ByteText } | 'skip' | 'none';

function readBlock(text: ByteText, start: number, ending: number): Found {
  const typeLine = line(text, start + begin.length);
  if (!typeLine.text.endsWith(dashes)) return 'skip';
  const type = typeLine.text.slice(0, -dashes.length);
  const headers: [ByteText, ByteText][] = [];
  let at = typeLine.next;
  for (;;) {
    if (at >= text.length) return 'none';
    const { text: header, next } = line(text, at);
    const colon = header.indexOf(':');
    if (colon < 0) break;
    headers.push([header.slice(0, colon).trim(), header.slice(colon + 1).trim()]);
    at = next;
  }
  // An ending directly behind the first line shares its line end.
  if (headers.length > 0 && ending < at) return 'skip';
  const trailer = text.slice(ending + end.length, ending + end.length + type.length + dashes.length);
  if (trailer !== type + dashes) return 'skip';
  const after = line(text, ending + end.length + trailer.length);
  if (after.text !== '') return 'skip';
  const decoded = decodeBase64(ending > at ? text.slice(at, ending).replace(/[ \t]/g, '') : '');
  if (typeof decoded === 'number') return 'skip';
  return {
    block: { type, headers, bytes: fromByteText(decoded) },
    rest: text.slice(line(text, ending + end.length - 1).next),
  };
}

/** A line without its end and the blanks before it, and where the next one starts. */
function line(text: ByteText, at: number): { text: ByteText; next: number } {
  const found = text.indexOf('\n', at);
  const stop = found < 0 ? text.length : found;
  const next = found < 0 ? text.length : found + 1;
  const bare = text[stop - 1] === '\r' && found >= 0 && stop > at ? stop - 1 : stop;
  return { text: withoutBlanks(text.slice(at, bare)), next };
}

/** Without blanks at the end; a regular expression would look at each run of blanks again and again. */
function withoutBlanks(text: ByteText): ByteText {
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--;
  return text.slice(0, end);
}

/** All blocks of a text and what is left behind the last. */
export function decodeAllPem(text: ByteText): { blocks: PemBlock[]; rest: ByteText } {
  const blocks: PemBlock[] = [];
  for (let left = text; ; ) {
    const { block, rest } = decodePem(left);
    if (block === undefined) return { blocks, rest };
    blocks.push(block);
    left = rest;
  }
}

/** A block as text: lines of 64 characters. */
export function encodePem({ type, headers, bytes }: PemBlock): ByteText {
  // Of equal names the last counts; Proc-Type comes first.
  const sorted = [...new Map(headers)].sort(([a], [b]) =>
    a === 'Proc-Type' ? -1 : b === 'Proc-Type' ? 1 : a < b ? -1 : 1,
  );
  const heads = sorted.map(([name, value]) => `${name}: ${value}\n`).join('');
  const body = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `${begin}${type}-----\n${heads}${heads === '' ? '' : '\n'}${body}-----END ${type}-----\n`;
}

/** Bytes as a block without headers. */
export function pemOf(type: string, bytes: Uint8Array): ByteText {
  return encodePem({ type, headers: [], bytes });
}
