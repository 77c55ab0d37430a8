import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { registry } from '../../providers/registry.ts';
import type { Harness } from './harness.ts';
import { conformance } from './kit.ts';

const harnessPath = (name: string) => join(import.meta.dirname, 'harness', `${name.toLowerCase()}.ts`);

test('every registered provider keeps the contract: it has a harness', () => {
  const without = [...registry.keys()].filter((name) => !existsSync(harnessPath(name)));
  assert.deepEqual(without, []);
  assert(registry.size > 0);
});

for (const name of registry.keys()) {
  if (!existsSync(harnessPath(name))) continue;
  const { harnesses } = (await import(harnessPath(name))) as { harnesses: readonly Harness[] };
  assert(harnesses.length > 0 && harnesses.every(({ provider }) => provider === name));
  for (const harness of harnesses) await conformance(harness);
}
