import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { JsonError, type JsonErrorCode } from '../../../../../providers/kit/json/json-error.ts';
import { setProperty } from '../../../../../providers/kit/json/sjson.ts';

type Row = [document: string, path: string, value: string | { bytes: string }, result: string | null];

/** What sjson 1.2.5 made of it, spec providers 13.3 first; null where it changed nothing or failed. */
const golden: readonly Row[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../golden/sjson.json'), 'utf8'),
);

const bytesOf = (value: Row[2]) =>
  typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.bytes, 'hex');
const set = (document: string, path: string, value: Uint8Array = Buffer.from('v')) =>
  Buffer.from(setProperty(Buffer.from(document), path, value)).toString();
const throws = (work: () => unknown, code: JsonErrorCode) =>
  assert.throws(work, (error) => error instanceof JsonError && error.code === code);

test('a property is set as sjson sets it, and where sjson says nothing it is an error', () => {
  for (const [document, path, value, result] of golden) {
    const work = () => set(document, path, bytesOf(value));
    if (result === null) throws(work, 'NoPlace');
    else assert.equal(work(), result, `${document} ${path}`);
  }
});

test('what is no JSON is not written over', () => {
  for (const document of ['plain text', '{"a":1', '{"a":1} and more', '\u00001']) {
    throws(() => set(document, 'b'), 'Syntax');
    throws(() => set(document, 'b*'), 'Syntax');
  }
});

test('queries, pipes and modifiers lead nowhere', () => {
  const document = '{"a":[{"b":1}],"c":{"d":1}}';
  for (const path of ['a.#.b', 'a.#(b==1).b', 'c|d', 'c.@this.d', ''])
    throws(() => set(document, path), 'NoPlace');
});

test('a path cannot ask for more than a document may hold', () => {
  throws(() => set('{}', 'a.99999999999'), 'TooComplex');
  throws(() => set('[1]', '10002'), 'TooComplex');
});

test('a search through a large document comes to an end', () => {
  const names = Array.from({ length: 4_000 }, (_, index) => `"${'a'.repeat(200)}${index}":0`);
  throws(() => set(`{${names.join(',')}}`, '*a*a*a*a*a*a*a*a*a*a*b'), 'TooComplex');
});
