import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { canaries } from '../../support/canaries.ts';

const awkward = 'pä"ss<w>&o/r+d= \\ with 💥\nand more';

const leaks: Record<string, (value: string) => string | Uint8Array> = {
  'as it is': (value) => `before ${value} after`,
  'in bytes': (value) => Buffer.from(`before ${value} after`),
  'base64 at alignment 0': (value) => Buffer.from(value).toString('base64'),
  'base64 at alignment 1': (value) => Buffer.from(`x${value}yy`).toString('base64'),
  'base64 at alignment 2': (value) => Buffer.from(`xx${value}y`).toString('base64'),
  'base64url at alignment 1': (value) => Buffer.from(`?${value}?`).toString('base64url'),
  'wrapped base64': (value) => Buffer.from(value).toString('base64').replace(/.{9}/g, '$&\n'),
  'wrapped base64 inside JSON': (value) =>
    JSON.stringify(Buffer.from(value).toString('base64').replace(/.{9}/g, '$&\n')),
  hex: (value) => Buffer.from(value).toString('hex'),
  'upper-case hex': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  'an inspected Buffer': (value) => inspect(Buffer.from(value)),
  'an inspected Uint8Array': (value) => inspect(new Uint8Array(Buffer.from(value)), { compact: false }),
  'JSON of a Uint8Array': (value) => JSON.stringify({ value: new Uint8Array(Buffer.from(value)) }),
  'JSON of a Buffer': (value) => JSON.stringify(Buffer.from(value)),
  'a JSON string': (value) => JSON.stringify({ value }),
  'JSON inside JSON': (value) => JSON.stringify({ annotation: JSON.stringify({ value }) }),
  'JSON as Go writes it': (value) =>
    JSON.stringify(value).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
  'a URL component': (value) => `https://example.com/${encodeURIComponent(value)}?a=b`,
  'a form': (value) => new URLSearchParams({ a: 'b', value }).toString(),
};

describe('assertNoCanary', () => {
  for (const [name, leak] of Object.entries(leaks)) {
    test(`finds a marker and a watched value: ${name}`, () => {
      const { marker, watch, assertNoCanary } = canaries();
      assert.throws(() => assertNoCanary('harmless', leak(marker())), /canary 1 leaked/);
      assert.throws(() => assertNoCanary(leak(watch(awkward))), /canary 2 leaked/);
    });
  }

  test('finds a marker of which only the first or last characters were printed', () => {
    const { marker, assertNoCanary } = canaries();
    const [first, second] = [marker(), marker()];
    assert.throws(
      () => assertNoCanary(`Unexpected token, "${first.slice(0, 10)}"... is not JSON`),
      /canary 1/,
    );
    assert.throws(() => assertNoCanary(`...${second.slice(-9)}`), /canary 2/);
  });

  test('finds bytes that are no text', () => {
    const { watch, assertNoCanary } = canaries();
    const bytes = watch(Uint8Array.from({ length: 20 }, (_, index) => 255 - index));
    assert.throws(() => assertNoCanary(Buffer.concat([Buffer.from('a'), bytes])), /canary 1/);
    assert.throws(() => assertNoCanary(Buffer.from(bytes).toString('base64')), /canary 1/);
  });

  test('accepts everything else, and refuses to search for nothing', () => {
    const { marker, assertNoCanary } = canaries();
    assert.throws(() => assertNoCanary('anything'), /no canary was made/);
    marker();
    assertNoCanary('harmless', Buffer.from('harmless'), canaries().marker());
  });

  test('refuses to watch a value that is too short to be told from chance', () => {
    assert.throws(() => canaries().watch('short'), /shorter than 16 bytes/);
  });
});
