import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';

/** Values that must not get out, and the search for them. */
export interface Canaries {
  /** A new random marker of 32 letters and digits, to be used as a secret's value or a credential. */
  marker(): string;
  /** Adds a value that others made (a login token, a key, a certificate); at least 16 bytes. Returns it. */
  watch<T extends string | Uint8Array>(value: T): T;
  /**
   * Throws when one of the texts holds a canary: as it is, in base64 or base64url at any alignment and line width, in hex, as
   * printed bytes, or escaped for URLs or JSON. Of a marker its first or last 8 characters are enough, because logs and parsers cut.
   */
  assertNoCanary(...haystacks: readonly (string | Uint8Array)[]): void;
}

interface Needle {
  readonly canary: number;
  readonly form: string;
  readonly text: string;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An empty set of {@link Canaries}. */
export function canaries(): Canaries {
  const needles: Needle[] = [];
  let count = 0;
  const add = (...pieces: Uint8Array[]) => {
    const canary = ++count;
    for (const piece of pieces) for (const [form, text] of forms(piece)) needles.push({ canary, form, text });
  };

  return {
    marker() {
      const marker = Array.from({ length: 32 }, () => alphabet[randomInt(alphabet.length)]).join('');
      const bytes = Buffer.from(marker);
      add(bytes.subarray(0, 8), bytes.subarray(-8));
      return marker;
    },
    watch(value) {
      const bytes = Buffer.from(value as string);
      assert(bytes.length >= 16, 'a value shorter than 16 bytes would be found by chance');
      add(bytes);
      return value;
    },
    assertNoCanary(...haystacks) {
      assert(needles.length > 0, 'no canary was made, so none can be found');
      for (const haystack of haystacks) {
        const text = Buffer.from(haystack as string).toString('latin1');
        // Wrapped base64 and printed arrays have line ends and spaces inside.
        const packed = text.replace(/\\[nrt]|\s/g, '');
        for (const { canary, form, text: needle } of needles) {
          const found = text.includes(needle) ? text : packed.includes(needle) ? packed : undefined;
          if (found !== undefined)
            assert.fail(`canary ${canary} leaked as ${form}: ${around(found, needle)}`);
        }
      }
    },
  };
}

function forms(bytes: Uint8Array): [form: string, text: string][] {
  const buffer = Buffer.from(bytes);
  const hex = buffer.toString('hex');
  const found: [string, string][] = [
    ['it is', buffer.toString('latin1')],
    ['hex', hex],
    ['hex', hex.toUpperCase()],
    ['a list of bytes', buffer.join(',')],
    ['JSON of a Uint8Array', [...buffer].map((byte, index) => `"${index}":${byte}`).join(',')],
  ];
  for (const shift of [0, 1, 2]) {
    const base64 = base64Inside(buffer, shift);
    found.push(['base64', base64], ['base64url', base64.replaceAll('+', '-').replaceAll('/', '_')]);
  }
  const text = buffer.toString('utf8');
  if (Buffer.from(text).equals(buffer)) found.push(...escapedForms(text));
  return found;
}

function escapedForms(text: string): [form: string, text: string][] {
  const json = inJson(text);
  const url = encodeURIComponent(text);
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const latin1 = (escaped: string) => Buffer.from(escaped).toString('latin1');
  return [
    ['JSON', latin1(json)],
    ['JSON inside JSON', latin1(inJson(json))],
    // Go's encoder escapes these three as well; others escape all that isn't ASCII.
    ['JSON', latin1(json.replace(/[<>&]/g, unicodeEscape))],
    ['JSON', json.replace(/[<>&]|[^ -~]/g, unicodeEscape)],
    ['a URL', url],
    ['a URL', url.replace(/%../g, (escaped) => escaped.toLowerCase())],
    ['a form', form],
  ];
}

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const unicodeEscape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The characters that `bytes` always have in base64 when `shift` (modulo 3) other bytes stand before them. */
function base64Inside(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

function around(text: string, needle: string): string {
  const at = text.indexOf(needle);
  return JSON.stringify(text.slice(Math.max(0, at - 60), at + needle.length + 20));
}
