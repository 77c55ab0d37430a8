import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { KubeApi } from '../../server/kube-api.ts';
import { createManageChildren } from './apply.ts';
import { isNotFound } from './atomic.ts';
import type { PassResult } from './attempt.ts';
import { type Clock, systemClock } from './clock.ts';
import { compositeType, createKeeper, decoratorType, parentHasStatus } from './composites.ts';
import { controllerInRequests, type HookName, readConfig, type WebhookConfig } from './config.ts';
import { type Controller, startController } from './controller.ts';
import { startDecorator } from './decorator.ts';
import { readDecoratorConfig } from './decorator-config.ts';
import { createDiscovery } from './discovery.ts';
import { createEventRecorder } from './events.ts';
import { createHook, type Hook, type HookTransport } from './hook-client.ts';
import type { Informer } from './informer.ts';
import { createInformerPool, isUpToDate } from './informer-pool.ts';
import { watchedApi } from './watched-api.ts';

/** How a stand-in runs. */
export interface StandInOptions {
  readonly api: KubeApi;
  /** Replaces HTTP for every hook, to call an app in process. */
  readonly transport?: HookTransport;
  /** The machine's clock when not given. */
  readonly clock?: Clock;
  /** Passes at a time for each controller, or `stepped`: a pass runs only when a test calls `step`. */
  readonly workers: number | 'stepped';
  /** `--cache-flush-interval`; 1800 when not given. */
  readonly flushIntervalSeconds?: number;
  /** Called once, with what would have ended Metacontroller's process or isn't covered. */
  readonly onCrash?: (error: Error) => void;
}

/** What a stand-in has done so far. */
export interface Counters {
  /** Hook calls by `controller/hook`. */
  readonly hooks: Readonly<Record<string, number>>;
  /** API calls by `verb resource`, without those of the caches. */
  readonly api: Readonly<Record<string, number>>;
}

/** Metacontroller 4.17.2 with `--apply-strategy=server-side-apply`, as far as Keyhook uses it. */
export interface StandIn {
  /** Reads the CompositeControllers and DecoratorControllers and runs them; throws {@link NotCovered} for a configuration it would approximate. */
  start(): Promise<void>;
  /** Runs exactly one pass (of one controller, when named); `undefined` when no key is ready. Throws {@link StandInCrash}. */
  step(controller?: string): Promise<PassResult | undefined>;
  /** Resolves when every cache that isn't held shows what the API server has, all triggers were delivered, and with workers no key is ready or in work. Keys that wait for their time don't count. */
  idle(): Promise<void>;
  /** The cache of a type in use, to hold and release it; `group` is empty for the core group. Throws when nobody uses it. */
  cache(resource: string, group?: string): Informer;
  counters(): Counters;
  /** Aborts what is in flight; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

const patience = 5000;

/** Returns a stopped stand-in. */
export function createStandIn(options: StandInOptions): StandIn {
  const { workers, transport, clock = systemClock, flushIntervalSeconds = 1800 } = options;
  const apiCounts = new Map<string, number>();
  const hookCounts = new Map<string, number>();
  const api = watchedApi(options.api, apiCounts);
  const informers = createInformerPool(options.api, clock, crash);
  const events = createEventRecorder(api, clock);
  const discovery = createDiscovery(options.api);
  const manageChildren = createManageChildren(discovery, 'metacontroller');
  const shared = { api: options.api, clock, events, crash };
  const composites = createKeeper<Controller>({
    ...shared,
    type: compositeType,
    admits: parentHasStatus(options.api, events),
    create: createController,
  });
  const decorators = createKeeper<Controller>({ ...shared, type: decoratorType, create: createDecorator });
  let keepers = [composites];
  const controllers = () => keepers.flatMap((keeper) => [...keeper.controllers]);
  let crashed: Error | undefined;

  function crash(error: unknown): void {
    if (crashed !== undefined) return;
    crashed = error instanceof Error ? error : new Error(String(error));
    options.onCrash?.(crashed);
    void stop();
  }

  async function createController(source: KubeObject): Promise<Controller> {
    const config = readConfig(source);
    const { parent, children } = config;
    const abort = new AbortController();
    const parentType = await discovery.byResource(parent.apiVersion, parent.resource);
    const childTypes = await Promise.all(
      children.map((child) => discovery.byResource(child.apiVersion, child.resource)),
    );
    const hooks: Partial<Record<HookName, Hook>> = {};
    for (const webhook of Object.values(config.hooks))
      hooks[webhook.hook] = await countedHook(config.name, webhook);
    const controller = startController({
      source,
      controller: controllerInRequests(source),
      config,
      parentType,
      childTypes,
      hooks,
      api: watchedApi(options.api, apiCounts, abort.signal),
      abort,
      discovery,
      manageChildren,
      events,
      clock,
      informers,
      flushIntervalMs: flushIntervalSeconds * 1000,
    });
    return atWork(controller);
  }

  async function createDecorator(source: KubeObject): Promise<Controller> {
    const config = readDecoratorConfig(source);
    const types = await Promise.all(
      config.resources.map(({ apiVersion, resource }) => discovery.byResource(apiVersion, resource)),
    );
    const decorator = startDecorator({
      source,
      config,
      types,
      hook: await countedHook(config.name, config.sync),
      abort: new AbortController(),
      events,
      clock,
      informers,
      flushIntervalMs: flushIntervalSeconds * 1000,
    });
    return atWork(decorator);
  }

  async function countedHook(name: string, webhook: WebhookConfig): Promise<Hook> {
    const hook = await createHook(webhook, options.api, clock, transport);
    const key = `${name}/${webhook.hook}`;
    return {
      close: hook.close,
      call(request, signal) {
        hookCounts.set(key, (hookCounts.get(key) ?? 0) + 1);
        return hook.call(request, signal);
      },
    };
  }

  function atWork(controller: Controller): Controller {
    if (workers !== 'stepped')
      controller
        .ready()
        .then(() => controller.work(workers))
        .catch(crash);
    return controller;
  }

  async function stop(): Promise<void> {
    for (const keeper of keepers) await keeper.stop();
    await events.written();
  }

  const tick = () =>
    new Promise<void>((resolve) => {
      if (workers === 'stepped') setImmediate(resolve);
      else clock.setTimer(resolve, 5);
    });

  async function idle(): Promise<void> {
    for (let round = 0; round < patience; round++) {
      if (crashed !== undefined) throw crashed;
      const caches = [...keepers.map(({ informer }) => informer), ...informers.all()];
      const before = activity(caches);
      for (const keeper of keepers) await keeper.settled();
      for (const cache of caches) await cache.delivered();
      await events.written();
      let calm = true;
      for (const cache of caches) calm = calm && (await isUpToDate(options.api, cache));
      const busy = workers !== 'stepped' && controllers().some(([, { queue }]) => isBusy(queue.size()));
      if (calm && !busy && before === activity(caches)) return;
      await tick();
    }
    throw new Error('the stand-in does not come to rest');
  }

  /** Changes whenever something has happened. */
  function activity(caches: readonly Informer[]): string {
    const passes = controllers().map(([name, { passes }]) => `${name} ${passes()}`);
    return [...passes, ...caches.map((cache) => cache.changes()), informers.all().length].join(' ');
  }

  return {
    async start() {
      const { api } = options;
      const hasDecorators = await api.list(decoratorType).then(
        () => true,
        (error: unknown) => {
          if (isNotFound(error)) return false;
          throw error;
        },
      );
      if (hasDecorators) keepers = [composites, decorators];
      for (const keeper of keepers) {
        await keeper.start();
        if (crashed !== undefined) throw crashed;
      }
      if (workers === 'stepped') await idle();
    },
    async step(name) {
      await idle();
      for (const [key, controller] of controllers()) {
        if (name !== undefined && key !== name) continue;
        const result = await controller.step().catch((error: unknown) => {
          crash(error);
          throw error;
        });
        if (result === undefined) continue;
        await idle();
        return result;
      }
      return undefined;
    },
    idle,
    cache(resource, group = '') {
      const found = informers.all().find(({ type }) => type.resource === resource && type.group === group);
      if (found === undefined) throw new Error(`nothing caches ${resource}.${group}`);
      return found;
    },
    counters: () => ({ hooks: Object.fromEntries(hookCounts), api: Object.fromEntries(apiCounts) }),
    stop,
  };
}

function isBusy({ ready, working }: { ready: number; working: number }): boolean {
  return ready + working > 0;
}
