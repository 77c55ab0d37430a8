import type { Scenario } from './conversation.ts';
import { customScenarios } from './scenarios/custom.ts';
import { customSchemaScenarios } from './scenarios/custom-schema.ts';
import { lifecycleScenarios } from './scenarios/lifecycle.ts';
import { metadataScenarios } from './scenarios/metadata.ts';
import { secretApplyScenarios } from './scenarios/secret-apply.ts';
import { secretPatchScenarios } from './scenarios/secret-patches.ts';
import { secretScenarios } from './scenarios/secrets.ts';
import { servingScenarios } from './scenarios/serving.ts';

/** Every scenario by the name of its recording. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  ...secretScenarios,
  ...secretApplyScenarios,
  ...secretPatchScenarios,
  ...metadataScenarios,
  ...lifecycleScenarios,
  ...customScenarios,
  ...customSchemaScenarios,
  ...servingScenarios,
};
