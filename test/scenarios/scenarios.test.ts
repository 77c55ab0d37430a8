import { startLocalWorld } from './local-world.ts';
import { allScenarios, declareScenarios } from './suite.ts';

const everywhere = [...allScenarios()].filter(([, { real }]) => real !== true);

declareScenarios('scenarios on this machine alone', {
  scenarios: new Map(everywhere),
  prefix: 'local',
  concurrency: 16,
  startWorld: startLocalWorld,
});
