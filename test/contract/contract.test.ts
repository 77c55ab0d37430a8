import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { problemsOf, readContract } from './contract.ts';
import { contractTable, tablePath } from './table.ts';

const contract = readContract();

for (const { title, sections } of contract) {
  for (const section of sections) {
    test(`${title}, ${section.id}: every row is held by tests that are there`, () => {
      assert.deepEqual(problemsOf(section), []);
    });
  }
}

test('a row that no test holds, a gap in the ids and a test that is not there are told', () => {
  const row = { says: 'x', tests: [{ scenario: 'rename' }] };
  const section = (...rows: Parameters<typeof problemsOf>[0]['rows']) =>
    problemsOf({ id: '9', title: 't', rows });
  assert.deepEqual(section({ id: '9-a', ...row }), []);
  assert.deepEqual(section({ id: '9-b', ...row }), ['9-b should be 9-a']);
  assert.deepEqual(section({ id: '9-a', says: 'x', tests: [] }), ['9-a has no test']);
  assert.deepEqual(section({ id: '9-a', says: 'x', tests: [], notBuilt: 'y' }), []);
  assert.match(section({ id: '9-a', says: 'x', tests: [{ scenario: 'nothing' }] }).join(), /no test/);
  assert.match(section({ id: '9-a', says: 'x', tests: [{ refresh: 'nothing' }] }).join(), /no test/);
  assert.throws(() => section({ id: '9-a', says: 'x', tests: [{ nobody: 'x' }] }), /files\.yaml/);
});

test('what is not built is said in the README', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const marks = contract.flatMap(({ sections }) =>
    sections.flatMap(({ rows }) => rows.map(({ notBuilt }) => notBuilt)),
  );
  const unsaid = new Set(marks.filter((mark) => mark !== undefined && !readme.includes(mark)));
  assert.deepEqual([...unsaid], []);
});

test('CONTRACT.md is what the data say; "npm run contract" brings it up to date', () => {
  assert.equal(readFileSync(tablePath, 'utf8'), contractTable());
});
