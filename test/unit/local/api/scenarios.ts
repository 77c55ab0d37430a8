import type { Scenario } from './conversation.ts';
import { customScenarios } from './scenarios/custom.ts';
import { lifecycleScenarios } from './scenarios/lifecycle.ts';
import { secretScenarios } from './scenarios/secrets.ts';
import { servingScenarios } from './scenarios/serving.ts';

/** Every scenario by the name of its recording. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  ...secretScenarios,
  ...lifecycleScenarios,
  ...customScenarios,
  ...servingScenarios,
};
