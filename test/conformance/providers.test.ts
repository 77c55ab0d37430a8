import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { registry } from '../../providers/registry.ts';
import { conformanceShard, harnessPath } from './shard.ts';

test('every registered provider keeps the contract: it has a harness', () => {
  const without = [...registry.keys()].filter((name) => !existsSync(harnessPath(name)));
  assert.deepEqual(without, []);
  assert(registry.size > 0);
});

await conformanceShard(0);
