import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { KubeApi, ResourceType } from '../../server/kube-api.ts';
import type { ManageChildren } from './apply.ts';
import { attempt, type PassResult } from './attempt.ts';
import type { Clock } from './clock.ts';
import type { ControllerConfig, HookName } from './config.ts';
import { type Discovery, namespaceType, splitApiVersion } from './discovery.ts';
import type { EventRecorder } from './events.ts';
import type { Hook } from './hook-client.ts';
import { type Informer, type InformerHandler, objectKey } from './informer.ts';
import { isTarget, type PassContext, syncParent } from './pass.ts';
import { createQueue, runWorkers, type WorkQueue } from './queue.ts';
import { createRelated } from './related.ts';

/** What all controllers of a stand-in share, and what is this controller's own. */
export interface ControllerOptions {
  /** The CompositeController as the API server has it, and as the hooks see it. */
  readonly source: KubeObject;
  readonly controller: KubeObject;
  readonly config: ControllerConfig;
  readonly parentType: ResourceType;
  readonly childTypes: readonly ResourceType[];
  readonly hooks: Readonly<Partial<Record<HookName, Hook>>>;
  /** The API as this controller may use it until `signal` aborts. */
  readonly api: KubeApi;
  /** Aborts hook calls and API calls in flight; `stop` aborts it. */
  readonly abort: AbortController;
  readonly discovery: Discovery;
  readonly manageChildren: ManageChildren;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly informers: { acquire(type: ResourceType): Informer; release(informer: Informer): void };
  /** Period of the informers' own resync; a `resyncPeriodSeconds` that isn't shorter has no effect. */
  readonly flushIntervalMs: number;
}

/** The runtime of one CompositeController, or DecoratorController. */
export interface Controller {
  readonly source: KubeObject;
  readonly queue: WorkQueue;
  /** How many passes have ended. */
  passes(): number;
  /** Resolves when its caches hold their first list: passes may begin. */
  ready(): Promise<unknown>;
  /** Starts workers that run passes until `stop`; throws {@link StandInCrash}. */
  work(count: number): Promise<void>;
  /** Runs exactly one pass, of the first ready key; `undefined` when none is ready. */
  step(): Promise<PassResult | undefined>;
  /** Aborts what is in flight and gives back the caches; resolves when the last pass has ended. */
  stop(): Promise<void>;
}

/** Subscribes a controller to its caches (specification section 5.1). */
export function startController(options: ControllerOptions): Controller {
  const { controller, config, parentType, api, abort, discovery, events, clock, informers, hooks } = options;
  const queue = createQueue(clock);
  const running = new Set<Promise<unknown>>();
  const parents = informers.acquire(parentType);
  const children = options.childTypes.map((type) => informers.acquire(type));
  const namespaces = informers.acquire(namespaceType);
  const relatedInformers: Informer[] = [];
  const stops: (() => void)[] = [];
  let passes = 0;

  const keyOf = ({ metadata }: KubeObject) => objectKey(metadata.namespace, metadata.name);
  const enqueue = (parent: KubeObject) => {
    if (isTarget(config, parent)) queue.add(keyOf(parent));
  };

  const related = createRelated({
    controller,
    customize: hooks.customize?.call,
    parents,
    namespaces,
    discovery,
    clock,
    signal: abort.signal,
    enqueue,
    informer(type) {
      const informer = informers.acquire(type);
      relatedInformers.push(informer);
      return informer;
    },
  });

  const parentHandler: InformerHandler = {
    add: enqueue,
    update(old, current) {
      if (config.parent.ignoreStatusChanges && isStatusChange(old, current)) return;
      enqueue(current);
    },
    remove: enqueue,
  };

  /** The cached parent that a child's controller ownerRef means, by uid. */
  function parentOf({ metadata }: KubeObject): KubeObject | undefined {
    const ref = metadata.ownerReferences?.find((owner) => owner.controller === true);
    if (ref === undefined || ref.kind !== parentType.kind) return undefined;
    if (splitApiVersion(ref.apiVersion).group !== parentType.group) return undefined;
    const parent = parents.get(parentType.namespaced ? metadata.namespace : undefined, ref.name);
    return parent?.metadata.uid === ref.uid ? parent : undefined;
  }

  function onChild(child: KubeObject): void {
    const isOrphan = !child.metadata.ownerReferences?.some((owner) => owner.controller === true);
    if (!isOrphan) {
      const parent = parentOf(child);
      if (parent !== undefined) enqueue(parent);
      return;
    }
    const uid = child.metadata.labels?.['controller-uid'];
    if (uid === undefined || child.metadata.deletionTimestamp !== undefined) return;
    const within = parentType.namespaced ? child.metadata.namespace : undefined;
    for (const parent of parents.list(within)) if (parent.metadata.uid === uid) enqueue(parent);
  }

  const childHandler: InformerHandler = {
    add: onChild,
    update(old, current) {
      if (old.metadata.resourceVersion !== current.metadata.resourceVersion) onChild(current);
    },
    remove(child) {
      const parent = parentOf(child);
      if (parent !== undefined) enqueue(parent);
    },
  };

  function resyncEvery(ms: number): void {
    let cancel = () => {};
    const tick = () => {
      parents.resync(parentHandler);
      cancel = clock.setTimer(tick, ms);
    };
    cancel = clock.setTimer(tick, ms);
    stops.push(() => cancel());
  }

  stops.push(parents.subscribe(parentHandler));
  for (const informer of children) stops.push(informer.subscribe(childHandler));
  resyncEvery(options.flushIntervalMs);
  if (config.resyncPeriodSeconds !== undefined) {
    const period = Math.max(1, config.resyncPeriodSeconds) * 1000;
    if (period < options.flushIntervalMs) resyncEvery(period);
  }

  async function pass(key: string): Promise<PassResult> {
    const separator = key.indexOf('/');
    const namespace = separator < 0 ? undefined : key.slice(0, separator);
    const parent = parents.get(namespace, key.slice(separator + 1));
    const context: PassContext = {
      controller,
      config,
      parentType,
      children,
      api,
      related,
      hooks: { sync: (hooks.sync as Hook).call, finalize: hooks.finalize?.call },
      manageChildren: options.manageChildren,
      signal: abort.signal,
      resyncAfter: (ms) => queue.addAfter(key, ms),
    };
    return attempt({ queue, key, events, object: parent, controller: config.name }, () =>
      parent === undefined ? Promise.resolve() : syncParent(context, parent),
    );
  }

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work);
    return work.finally(() => {
      running.delete(work);
      passes++;
    });
  }

  return {
    source: options.source,
    queue,
    passes: () => passes,
    ready: () => Promise.all([parents, ...children].map((informer) => informer.ready())),
    work: (count) =>
      runWorkers(queue, count, async (key) => {
        await track(pass(key));
      }),
    async step() {
      const key = queue.take();
      if (key === undefined) return undefined;
      return track(pass(key)).finally(() => queue.done(key));
    },
    async stop() {
      queue.shutDown();
      abort.abort();
      await Promise.allSettled(running);
      for (const end of stops) end();
      related.stop();
      for (const informer of [parents, namespaces, ...children, ...relatedInformers]) {
        informers.release(informer);
      }
      for (const hook of Object.values(hooks)) hook.close();
    },
  };
}

/** An update that `ignoreStatusChanges` drops (specification section 5.2); a resync gives one reference twice and passes. */
export function isStatusChange(old: KubeObject, current: KubeObject): boolean {
  const same = (field: 'labels' | 'annotations') =>
    isDeepStrictEqual(old.metadata[field] ?? {}, current.metadata[field] ?? {});
  return (
    old !== current &&
    old.metadata.generation === current.metadata.generation &&
    same('labels') &&
    same('annotations') &&
    current.metadata.deletionTimestamp === undefined
  );
}
