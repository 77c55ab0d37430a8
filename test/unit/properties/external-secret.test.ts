import { test } from 'node:test';
import fc from 'fast-check';
import { command } from './commands.ts';
import { tell } from './tell.ts';

// Each run is a story of random commands; a failure prints its seed and the shortest story that still fails, which then
// belongs into stories.test.ts. For a long hunt: KEYHOOK_PROPERTY_RUNS=5000 KEYHOOK_PROPERTY_SEED=7 npm test -- <this file>
const runs = Number(process.env.KEYHOOK_PROPERTY_RUNS ?? 60);
const seed = Number(process.env.KEYHOOK_PROPERTY_SEED ?? 20_260_301);

test('whatever happens, no Secret is lost, none goes back, and Ready is true', async () => {
  const stories = fc.array(command, { maxLength: 45, size: 'max' });
  await fc.assert(
    fc.asyncProperty(stories, fc.boolean(), (story, watchTargets) => tell(story, { watchTargets })),
    { numRuns: runs, seed },
  );
});
