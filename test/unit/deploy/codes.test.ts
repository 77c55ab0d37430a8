import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { syncErrors } from '../../../composite-controllers/external-secret/errors.ts';
import { storeErrors } from '../../../composite-controllers/secret-store/errors.ts';
import { codesPage, errorTables } from '../../../deploy/codes.ts';
import { providerErrors } from '../../../providers/kit/errors.ts';
import { answers } from '../../../server/errors.ts';

const top = join(import.meta.dirname, '../../..');
const page = readFileSync(join(top, 'deploy/docs/codes.md'), 'utf8');

test('every code that a condition, an event or the log may hold has its place on the page', () => {
  for (const table of [syncErrors, storeErrors, providerErrors, answers])
    for (const code of Object.keys(table)) assert.match(page, new RegExp(`^### ${code}$`, 'm'));
});

test('tables are found by themselves', async () => {
  const paths = (await errorTables(top)).map(({ path }) => path);
  assert.ok(paths.includes('composite-controllers/external-secret/errors.ts'));
  assert.ok(paths.includes('server/errors.ts'));
});

test('a row says what happened, what to do and when it is tried again; a table of texts is a list', () => {
  const text = codesPage([
    { path: 'a/errors.ts', rows: { Broken: { text: 'it is <broken>', advice: 'mend <it>', retry: 'busy' } } },
    { path: 'b/errors.ts', rows: { Odd: 'it is odd' } },
  ]);
  assert.match(
    text,
    /## a\n\n### Broken\n\n`it is <broken>`\n\n- To do: mend \\<it\\>\.\n- Next attempt: within seconds\.\n/,
  );
  assert.match(text, /## b\n\n- \*\*Odd\*\*: `it is odd`\n/);
});
