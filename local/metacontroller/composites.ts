import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { KubeApi, ResourceType } from '../../server/kube-api.ts';
import type { Clock } from './clock.ts';
import { crdType, hasStatusSubresource, splitApiVersion } from './discovery.ts';
import { NotCovered, StandInCrash } from './errors.ts';
import type { EventRecorder } from './events.ts';
import { createInformer, type Informer } from './informer.ts';

/** A controller that runs for one CompositeController or DecoratorController. */
export interface Running {
  readonly source: KubeObject;
  stop(): Promise<void>;
}

/** The running controllers of one type, kept in step with its objects. */
export interface Keeper<C extends Running> {
  /** By name, in the order in which they started. */
  readonly controllers: ReadonlyMap<string, C>;
  readonly informer: Informer;
  /** Resolves when the objects there are at the start have been acted on. */
  start(): Promise<void>;
  /** Resolves when what was heard of so far has been acted on. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

interface Options<C extends Running> {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly events: EventRecorder;
  /** CompositeControllers, or DecoratorControllers. */
  readonly type: ResourceType;
  /** Whether a controller may run, which it says itself where not. Throws to be asked again. */
  readonly admits?: (source: KubeObject) => Promise<boolean>;
  /** Throws when the controller can't be made: a CreateError event, and another try with back-off. */
  readonly create: (source: KubeObject) => Promise<C>;
  readonly crash: (error: unknown) => void;
}

const controllerType = (resource: string, kind: string): ResourceType => ({
  group: 'metacontroller.k8s.io',
  version: 'v1alpha1',
  resource,
  kind,
  namespaced: false,
});

export const compositeType = controllerType('compositecontrollers', 'CompositeController');
export const decoratorType = controllerType('decoratorcontrollers', 'DecoratorController');

/** Admits CompositeControllers whose parent type is a CRD with the status subresource (specification section 2.1). */
export function parentHasStatus(api: KubeApi, events: EventRecorder) {
  return async (source: KubeObject): Promise<boolean> => {
    const { parentResource } = source.spec as { parentResource: { apiVersion: string; resource: string } };
    const { group, version } = splitApiVersion(parentResource.apiVersion);
    const crd = await api.get(crdType, undefined, `${parentResource.resource}.${group}`);
    if (hasStatusSubresource(crd, version)) return true;
    const which = `CRD [${crdType.group}/${crdType.version}, Kind=${crdType.kind}]`;
    const why = `${which} does not have subresource 'Status' enabled`;
    events.record(source, 'Warning', 'SyncError', `[${source.metadata.name}] Sync error - ignoring, ${why}`);
    return false;
  };
}

/**
 * Returns the stopped keeper of the controllers: one object at a time, a changed spec stops the controller and starts a
 * new one (specification section 12).
 */
export function createKeeper<C extends Running>(options: Options<C>): Keeper<C> {
  const { api, clock, events, type, admits, create, crash } = options;
  const controllers = new Map<string, C>();
  const retries = new Map<string, { failures: number; cancel: () => void }>();
  const informer = createInformer(api, type, clock, crash);
  let tail = Promise.resolve();
  let stopped = false;

  function reconcileSoon(name: string): Promise<void> {
    tail = tail.then(async () => {
      if (stopped) return;
      retries.get(name)?.cancel();
      try {
        await reconcile(name);
        retries.delete(name);
      } catch (error) {
        if (error instanceof NotCovered || error instanceof StandInCrash) crash(error);
        else retry(name);
      }
    });
    return tail;
  }

  function retry(name: string): void {
    const failures = retries.get(name)?.failures ?? 0;
    const delay = Math.min(5 * 2 ** failures, 1_000_000);
    const cancel = clock.setTimer(() => void reconcileSoon(name), delay);
    retries.set(name, { failures: failures + 1, cancel });
  }

  async function reconcile(name: string): Promise<void> {
    const source = informer.get(undefined, name);
    const running = controllers.get(name);
    if (source === undefined) {
      if (running !== undefined) await end(name, running);
      return;
    }
    if (admits !== undefined && !(await admits(source))) return;
    if (running !== undefined) {
      if (isDeepStrictEqual(running.source.spec, source.spec)) return;
      await end(name, running);
    }
    try {
      controllers.set(name, await create(source));
    } catch (error) {
      const why = (error as Error).message;
      events.record(source, 'Warning', 'CreateError', `Cannot create new controller: ${why}`);
      throw error;
    }
    events.record(source, 'Normal', 'Starting', `Starting controller: ${name}`);
    events.record(source, 'Normal', 'Started', `Started controller: ${name}`);
  }

  async function end(name: string, controller: C): Promise<void> {
    controllers.delete(name);
    await controller.stop();
    events.record(controller.source, 'Normal', 'Stopping', `Stopping controller: ${name}`);
    events.record(controller.source, 'Normal', 'Stopped', `Stopped controller: ${name}`);
  }

  return {
    controllers,
    informer,
    async start() {
      const handle = ({ metadata }: KubeObject) => reconcileSoon(metadata.name);
      informer.subscribe({ add: handle, update: (_, current) => handle(current), remove: handle });
      informer.start();
      await informer.ready();
      await informer.delivered();
    },
    settled: () => tail,
    async stop() {
      stopped = true;
      informer.stop();
      for (const { cancel } of retries.values()) cancel();
      await tail;
      await Promise.all([...controllers.values()].map((controller) => controller.stop()));
      controllers.clear();
    },
  };
}
