import { type Admission, admissions } from '../composite-controllers/admission.ts';
import type { CompositeController, DecoratorController } from '../composite-controllers/controller.ts';
import { createControllers, createDecorators } from '../composite-controllers/index.ts';
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
} from '../composite-controllers/lib/ports.ts';
import type { Backends } from '../providers/backends.ts';
import { createBackends } from '../providers/create-backends.ts';
import { generatorRegistry } from '../providers/generator-registry.ts';
import { createGenerators } from '../providers/generators.ts';
import type { KubeReader } from '../providers/kit/kube.ts';
import type { BackendObserver } from '../providers/observer.ts';
import { registry } from '../providers/registry.ts';
import { providerTemplates } from './provider-templates.ts';

/** What the process offers to those who decide and those who read. */
export interface Ports {
  readonly kube: KubeReader;
  readonly secrets: TargetSecrets;
  readonly objects: TargetObjects;
  readonly generatorObjects: GeneratorObjects;
  readonly generatorStates: GeneratorStates;
  readonly namespaces: ClusterNamespaces;
  readonly templates: TemplateRunner;
  readonly fingerprints: Fingerprints;
  readonly events: EventSink;
  readonly log: Log;
  readonly observer: BackendObserver;
  readonly settings: Settings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly coalesceWindowMs: number;
  /** What stands before the backends, for who only looks on. */
  readonly guard?: (backends: Backends) => Backends;
}

/** What the process serves. */
export interface Parts {
  readonly controllers: readonly CompositeController[];
  readonly decorators: readonly DecoratorController[];
  readonly backends: Pick<Backends, 'close'>;
  /** What the validating webhook checks, when it is asked for. */
  readonly admissions: readonly Admission[];
}

/** The only place where providers, backends and controllers are put together. */
export function compose(ports: Ports): Parts {
  const { kube, observer, now, coalesceWindowMs } = ports;
  const templates = providerTemplates(ports.templates, now);
  const all = createBackends({ providers: registry, kube, templates, observer, now, coalesceWindowMs });
  const backends = ports.guard?.(all) ?? all;
  const generators = createGenerators({ built: generatorRegistry, kube, templates, observer, now });
  const deps = {
    ...ports,
    sources: kube,
    providers: registry,
    backends,
    generators,
    builtGenerators: generatorRegistry,
  };
  return {
    backends,
    controllers: createControllers(deps),
    decorators: createDecorators(deps),
    admissions: admissions(registry, ports.settings.templateDelimiters),
  };
}
