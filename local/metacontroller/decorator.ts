import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { ResourceType } from '../../server/kube-api.ts';
import { attempt, type PassResult } from './attempt.ts';
import type { Clock } from './clock.ts';
import { type Controller, isStatusChange } from './controller.ts';
import { type DecoratedType, type DecoratorConfig, isDecorated } from './decorator-config.ts';
import { NotCovered, prefixed } from './errors.ts';
import type { EventRecorder } from './events.ts';
import type { Hook } from './hook-client.ts';
import { type Informer, type InformerHandler, objectKey } from './informer.ts';
import { createQueue, runWorkers } from './queue.ts';
import { decodeDecoratorResponse } from './response.ts';

/** What a decorator works with. */
export interface DecoratorOptions {
  /** The DecoratorController as the API server has it. */
  readonly source: KubeObject;
  readonly config: DecoratorConfig;
  /** In the order of the configuration's resources. */
  readonly types: readonly ResourceType[];
  readonly hook: Hook;
  readonly abort: AbortController;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly informers: { acquire(type: ResourceType): Informer; release(informer: Informer): void };
  readonly flushIntervalMs: number;
}

/**
 * The runtime of one DecoratorController that has a sync hook and no attachments: it tells the hook of each selected
 * object, and when to be told again is all that it takes from the answer (specification sections 3.3, 5 and 7.2).
 */
export function startDecorator(options: DecoratorOptions): Controller {
  const { source, config, types, hook, abort, events, clock, informers, flushIntervalMs } = options;
  const queue = createQueue(clock);
  const running = new Set<Promise<unknown>>();
  const stops: (() => void)[] = [];
  let passes = 0;

  const watched = config.resources.map((type, index) => {
    const informer = informers.acquire(types[index] as ResourceType);
    const keyOf = ({ metadata }: KubeObject) => `${index} ${objectKey(metadata.namespace, metadata.name)}`;
    const enqueue = (object: KubeObject) => {
      if (isDecorated(type, object)) queue.add(keyOf(object));
    };
    const handler: InformerHandler = {
      add: enqueue,
      update(old, current) {
        if (!(type.ignoreStatusChanges && isStatusChange(old, current))) enqueue(current);
      },
      remove: enqueue,
    };
    stops.push(informer.subscribe(handler));
    resyncEvery(informer, handler, flushIntervalMs);
    const period = Math.max(1, config.resyncPeriodSeconds ?? 0) * 1000;
    if (config.resyncPeriodSeconds !== undefined && period < flushIntervalMs)
      resyncEvery(informer, handler, period);
    return { type, informer };
  });

  function resyncEvery(informer: Informer, handler: InformerHandler, ms: number): void {
    let cancel = () => {};
    const tick = () => {
      informer.resync(handler);
      cancel = clock.setTimer(tick, ms);
    };
    cancel = clock.setTimer(tick, ms);
    stops.push(() => cancel());
  }

  /** The type of a key and its object in the cache. */
  function find(key: string): { readonly type: DecoratedType; readonly object: KubeObject | undefined } {
    const [index = '', path = ''] = key.split(' ');
    const { type, informer } = watched[Number(index)] as (typeof watched)[number];
    const [name = '', namespace] = path.split('/').reverse();
    return { type, object: informer.get(namespace, name) };
  }

  function pass(key: string): Promise<PassResult> {
    const { type, object } = find(key);
    return attempt({ queue, key, events, object, controller: config.name }, async () => {
      if (object === undefined || !isDecorated(type, object)) return;
      const request = { controller: source, object, attachments: {}, related: {}, finalizing: false };
      const body = await hook.call(request, abort.signal).catch((error: unknown) => {
        throw prefixed('sync hook failed (version=v2)', error);
      });
      const { resyncAfterSeconds, changes } = decodeDecoratorResponse(body);
      if (changes.length > 0)
        throw new NotCovered(`${changes.join(', ')} in the answer of a decorator's hook`);
      if (resyncAfterSeconds > 0) queue.addAfter(key, resyncAfterSeconds * 1000);
    });
  }

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work);
    return work.finally(() => {
      running.delete(work);
      passes++;
    });
  }

  return {
    source,
    queue,
    passes: () => passes,
    ready: () => Promise.all(watched.map(({ informer }) => informer.ready())),
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
      for (const { informer } of watched) informers.release(informer);
      hook.close();
    },
  };
}
