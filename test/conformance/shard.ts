import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../../providers/registry.ts';
import type { Harness } from './harness.ts';
import { conformance } from './kit.ts';

/** Among how many test files the providers are dealt out: each runs in a process of its own, two at a time. */
const shards = 3;

/** Where a provider's harness is, whether it is there or not; names of files are in lower case. */
export const harnessPath = (name: string) => join(import.meta.dirname, 'harness', `${name.toLowerCase()}.ts`);

/** Runs the contract against every third provider, beginning with that of the index. */
export async function conformanceShard(index: 0 | 1 | 2): Promise<void> {
  const mine = [...registry.keys()].sort().filter((_, at) => at % shards === index);
  for (const name of mine.filter((one) => existsSync(harnessPath(one)))) {
    const { harnesses } = (await import(harnessPath(name))) as { harnesses: readonly Harness[] };
    if (harnesses.length === 0 || harnesses.some(({ provider }) => provider !== name))
      throw new Error(`${harnessPath(name)} has to hold harnesses of ${name}`);
    for (const harness of harnesses) await conformance(harness);
  }
}
