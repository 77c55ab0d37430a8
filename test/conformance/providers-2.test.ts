import { conformanceShard } from './shard.ts';

await conformanceShard(2);
