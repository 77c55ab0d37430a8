// Runs the contract against the first harness of a provider, over the network that the environment tells of.
import type { Harness } from '../harness.ts';
import { conformance } from '../kit.ts';
import { harnessPath } from '../shard.ts';

const [name = ''] = process.argv.slice(2);
const { harnesses } = (await import(harnessPath(name))) as { harnesses: readonly Harness[] };
await conformance(harnesses[0]!);
