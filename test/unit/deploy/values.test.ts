import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { valuesPage, valuesSchema } from '../../../deploy/values.ts';

const text = `
# -- How many.
# Not for the page.
count: 2
nested:
  # -- The first one.
  first: ""
  free: {}
# -- How. One of: fast, slow.
speed: fast
resources:
  limits:
    memory: 1Gi
minAvailable: 1
`;
const accepts = new Ajv({ strict: false }).compile(valuesSchema(text));

const cases: readonly (readonly [what: string, values: object, verdict: boolean])[] = [
  ['the defaults', parse(text), true],
  ['nothing', {}, true],
  ['a name that does not exist', { cuont: 2 }, false],
  ['a nested one', { nested: { frist: '' } }, false],
  ['another type', { count: 'two' }, false],
  ['anything where the content is free', { nested: { free: { a: { b: 1 } } } }, true],
  ["anything of Kubernetes'", { resources: { requests: { cpu: 1 } } }, true],
  ['one of the options', { speed: 'slow' }, true],
  ['none of the options', { speed: 'sluggish' }, false],
  ['a percentage', { minAvailable: '50%' }, true],
];
for (const [what, values, verdict] of cases)
  test(`the schema ${verdict ? 'accepts' : 'refuses'} ${what}`, () => {
    assert.equal(accepts(values), verdict);
  });

test('the page has a row for each value, with its default and the comment above it', () => {
  const page = valuesPage(text);
  assert.match(page, /^\| `count` \| `2` \| How many\. \|$/m);
  assert.match(page, /^\| `nested\.first` \| `""` \| The first one\. \|$/m);
  assert.match(page, /^\| `resources` \| `\{"limits":\{"memory":"1Gi"\}\}` \|/m);
});

test("the chart's own defaults fit its schema", () => {
  const own = readFileSync(join(import.meta.dirname, '../../../deploy/chart/values.yaml'), 'utf8');
  const fits = new Ajv({ strict: false }).compile(valuesSchema(own));
  assert.ok(fits(parse(own)), JSON.stringify(fits.errors));
});
