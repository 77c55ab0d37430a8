import { test } from 'node:test';
import fc from 'fast-check';
import { command } from './commands.ts';
import { tell } from './tell.ts';

const runs = Number(process.env.KEYHOOK_PROPERTY_RUNS ?? 60);
const seed = Number(process.env.KEYHOOK_PROPERTY_SEED ?? 20_260_301);

test('whatever happens, no Secret is lost, none goes back, and Ready is true', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40, size: 'max' }), (story) => tell(story)),
    { numRuns: runs, seed },
  );
});
