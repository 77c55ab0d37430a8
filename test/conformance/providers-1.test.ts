import { conformanceShard } from './shard.ts';

await conformanceShard(1);
