import type { Backends } from '../providers/backends.ts';
import type { Provider } from '../providers/kit/provider.ts';
import type { CompositeController } from './controller.ts';
import { createExternalSecretController } from './external-secret/sync.ts';
import type {
  EventSink,
  Fingerprints,
  Log,
  Settings,
  TargetObjects,
  TargetSecrets,
  TemplateRunner,
  TemplateSources,
} from './lib/ports.ts';
import { createStoreController } from './secret-store/sync.ts';

/** What the controllers need from the process around them. */
export interface ControllerDeps {
  readonly now: () => number;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly backends: Backends;
  readonly secrets: TargetSecrets;
  readonly objects: TargetObjects;
  readonly sources: TemplateSources;
  readonly templates: TemplateRunner;
  readonly fingerprints: Fingerprints;
  readonly events: EventSink;
  readonly log: Log;
  readonly settings: Settings;
}

/** Every controller, one line each. */
export function createControllers(deps: ControllerDeps): readonly CompositeController[] {
  return [
    createExternalSecretController(deps),
    createStoreController('SecretStore', deps),
    createStoreController('ClusterSecretStore', deps),
  ];
}
