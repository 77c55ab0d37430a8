import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lookUp } from '../../../../../providers/kit/json/gjson.ts';
import { JsonError } from '../../../../../providers/kit/json/json-error.ts';
import vectors from '../../../../golden/gjson.json' with { type: 'json' };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function found(document: string, path: string): string[] {
  const value = lookUp(document, path);
  return value === undefined ? [] : [value.kind, utf8.decode(value.text)];
}

for (const { document, results } of vectors) {
  test(`every path finds what gjson 1.18 finds in ${JSON.stringify(document).slice(0, 50)}`, () => {
    for (const [path = '', ...expected] of results) assert.deepEqual(found(document, path), expected, path);
  });
}

test('a value keeps its bytes: spacing, spelling of numbers, bytes that are no UTF-8', () => {
  const document = new Uint8Array([
    ...Buffer.from('{"o":{ "n" : 1.50 },"b":"'),
    0xff,
    0x00,
    0x80,
    ...Buffer.from('"}'),
  ]);
  assert.equal(Buffer.from(lookUp(document, 'o')?.raw ?? []).toString(), '{ "n" : 1.50 }');
  assert.equal(Buffer.from(lookUp(document, 'o.n')?.raw ?? []).toString(), '1.50');
  assert.deepEqual(lookUp(document, 'b')?.text, new Uint8Array([0xff, 0x00, 0x80]));
});

test('a view into a larger buffer is read from its own start to its own end', () => {
  const buffer = Buffer.from('xx{"a":"b"}xx');
  assert.equal(Buffer.from(lookUp(buffer.subarray(2, 11), 'a')?.text ?? []).toString(), 'b');
});

test('a path that would cost too much is refused, in time and in depth', () => {
  const wide = `[${'{"a":[1,2,3],"b":"xxxxxxxxxxxxxxxxxxxxxxxx"},'.repeat(5000)}0]`;
  const deepArray = '['.repeat(5_000) + ']'.repeat(5_000);
  const deepObject = '{"a":'.repeat(5_000);
  const rows: [document: string, path: string][] = [
    [wide, `@this${'|[@this,@this]'.repeat(30)}`],
    [wide, `[${'@this,'.repeat(20_000)}@this]`],
    [`{"${'a'.repeat(100_000)}":1}`, `${'a*'.repeat(2000)}b`],
    [deepArray, '@dig:x'],
    [deepArray, '@pretty'],
    [deepArray, '@flatten:{"deep":true}'],
    [deepArray, '@valid'],
    [deepArray, Array(2000).fill('0').join('.')],
    [deepObject, '@dig:x'],
    [deepObject, Array(2000).fill('a').join('.')],
    ['{"a":1}', `@this${'|@this'.repeat(5000)}`],
    ['{"a":1}', '['.repeat(3000) + ']'.repeat(3000)],
  ];
  for (const [document, path] of rows) {
    assert.throws(
      () => lookUp(document, path),
      (error) => error instanceof JsonError && (error.code === 'TooComplex' || error.code === 'TooDeep'),
      path.slice(0, 40),
    );
  }
});

test('no document and no path makes it fail otherwise', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'b',
      '.',
      '|',
      '#',
      '#(',
      ')',
      '#(a==1)',
      '#(a%"*")#',
      '@this',
      '@keys',
      '@pretty',
      '@dig:a',
      '*',
      '?',
      '\\',
    ],
    ...[
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '!',
      '!1',
      '..',
      '1',
      '~',
      ' ',
      'é',
      '\u0000',
      '@',
      '@flatten:{"deep":true}',
    ],
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const document = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.tuple(fc.json(), fc.nat(40)).map(([json, end]) => json.slice(0, end)),
    text,
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(document, text, (json, path) => {
      lookUp(json, path);
    }),
    { numRuns: 1000 },
  );
});

test('every top-level name of an object is found by its escaped path', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.dictionary(name, fc.string({ unit: 'grapheme' })), (object) => {
      for (const [key, value] of Object.entries(object)) {
        const path = key.replace(/[^a-zA-Z0-9]/gu, (char) => (char > '~' ? char : `\\${char}`));
        assert.deepEqual(found(JSON.stringify(object), path), ['string', value]);
      }
    }),
  );
});
