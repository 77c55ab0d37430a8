import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generated } from '../../../deploy/generate.ts';

const top = join(import.meta.dirname, '../../..');

for (const [path, text] of await generated()) {
  test(`${path} is what its source says; "npm run generate" brings it up to date`, () => {
    assert.equal(readFileSync(join(top, path), 'utf8'), text);
  });
}
