import type { Backends } from '../providers/backends.ts';
import type { Generators } from '../providers/generators.ts';
import type { Generator } from '../providers/kit/generator.ts';
import type { Provider } from '../providers/kit/provider.ts';
import { createClusterExternalSecretController } from './cluster-external-secret/sync.ts';
import { createClusterPushSecretController } from './cluster-push-secret/sync.ts';
import type { CompositeController, DecoratorController } from './controller.ts';
import { createExternalSecretController } from './external-secret/sync.ts';
import { createGenerations } from './generator/generations.ts';
import { createGeneratorStateController } from './generator-state/sync.ts';
import type {
  ClusterNamespaces,
  EventSink,
  Fingerprints,
  GeneratorObjects,
  GeneratorStates,
  Log,
  Settings,
  TargetObjects,
  TargetSecrets,
  TemplateRunner,
  TemplateSources,
} from './lib/ports.ts';
import { createPushSecretController } from './push-secret/sync.ts';
import { createRolloutController } from './rollout/sync.ts';
import { createStoreController } from './secret-store/sync.ts';

/** What the controllers need from the process around them. */
export interface ControllerDeps {
  readonly now: () => number;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly backends: Backends;
  readonly generators: Generators;
  readonly builtGenerators: ReadonlyMap<string, Generator>;
  readonly generatorObjects: GeneratorObjects;
  readonly generatorStates: GeneratorStates;
  readonly secrets: TargetSecrets;
  readonly objects: TargetObjects;
  readonly namespaces: ClusterNamespaces;
  readonly sources: TemplateSources;
  readonly templates: TemplateRunner;
  readonly fingerprints: Fingerprints;
  readonly events: EventSink;
  readonly log: Log;
  readonly settings: Settings;
}

/** Every controller, one line each. */
export function createControllers(deps: ControllerDeps): readonly CompositeController[] {
  const generations = createGenerations({
    generators: deps.generators,
    objects: deps.generatorObjects,
    states: deps.generatorStates,
    built: deps.builtGenerators,
    controllerClass: deps.settings.controllerClass,
    now: deps.now,
  });
  return [
    createExternalSecretController({ ...deps, generations }),
    createClusterExternalSecretController(deps),
    createPushSecretController({ ...deps, generations }),
    createClusterPushSecretController(deps),
    createGeneratorStateController({ ...deps, states: deps.generatorStates, built: deps.builtGenerators }),
    createStoreController('SecretStore', deps),
    createStoreController('ClusterSecretStore', deps),
  ];
}

/** Every controller of others' kinds, one line each. */
export function createDecorators(deps: ControllerDeps): readonly DecoratorController[] {
  return [createRolloutController(deps)];
}
