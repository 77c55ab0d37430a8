import type { HookRequest } from '../../../composite-controllers/controller.ts';
import { createdByLabel, dataHashAnnotation } from '../../../composite-controllers/external-secret/names.ts';
import { parseDuration } from '../../../composite-controllers/lib/duration.ts';
import type { KubeObject, SecretObject } from '../../../composite-controllers/lib/objects.ts';
import { type SteppedClock, steppedClock } from '../../../local/metacontroller/clock.ts';
import { secretType } from '../../../local/metacontroller/discovery.ts';
import type { HookTransport } from '../../../local/metacontroller/hook-client.ts';
import { createStandIn, type StandIn } from '../../../local/metacontroller/stand-in.ts';
import { startOfTests } from '../../support/builders.ts';
import {
  cachedTypes,
  createCluster,
  externalSecretType,
  namespace,
  secretStore,
  storeType,
} from './cluster.ts';
import type { Command, Shape } from './commands.ts';
import { createHook, type Hook } from './hook.ts';
import { createReplicas } from './replica.ts';
import { createRules, ownerOf, readyOf, statusOf, targetOf, textsOf } from './rules.ts';
import { backendKeys, bagNames, createScriptedBackend, textOf } from './scripted-backend.ts';

/** Runs a story in an installation of its own. Throws what breaks the rules, with what had happened before. */
export async function tell(story: readonly Command[], log: (line: string) => void = () => {}): Promise<void> {
  const clock = steppedClock(startOfTests + 300);
  const restore = useClock(clock);
  const stopped = new AbortController();
  try {
    const world = await createWorld(clock, stopped.signal, log);
    try {
      for (const command of story) await world.perform(command);
      await world.conclude();
    } finally {
      await world.stop();
    }
  } finally {
    stopped.abort();
    restore();
  }
}

/** Makes this process live by the clock: Date.now (the breaker's), and the deadlines of calls. Returns the way back. */
function useClock(clock: SteppedClock): () => void {
  const overdue = new DOMException('overdue', 'TimeoutError');
  const { now } = Date;
  const { timeout } = AbortSignal;
  Date.now = clock.now;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    clock.setTimer(() => controller.abort(overdue), ms);
    return controller.signal;
  };
  return () => {
    Date.now = now;
    AbortSignal.timeout = timeout;
  };
}

const crdGroup = 'external-secrets.io/v1';
/** No replica is found dead, and another alive, in less. */
const failoverMs = 15_000;
/** More passes than that at one moment are a hot loop. */
const maxPasses = 60;

const entry = (secretKey: string, key: string) => ({ secretKey, remoteRef: { key } });
const shapes: Readonly<Record<Shape, object>> = {
  db: { data: [entry('password', 'db')], dataFrom: null },
  api: { data: [entry('password', 'api')], dataFrom: null },
  both: { data: [entry('password', 'db'), entry('token', 'api')], dataFrom: null },
  bag: { data: null, dataFrom: [{ extract: { key: 'bag' } }] },
};

async function createWorld(clock: SteppedClock, signal: AbortSignal, log: (line: string) => void) {
  const backend = createScriptedBackend(clock);
  const rules = createRules({ now: clock.now, backend, cluster: () => cluster });
  const cluster = await createCluster(clock, (change) => {
    rules.onChange(change);
    const { actor, kind, before, after } = change;
    const object = (after ?? before)!;
    const what =
      kind === 'Secret'
        ? JSON.stringify(Object.fromEntries(textsOf(object as SecretObject)))
        : `${statusText(object)}`;
    log(
      `      ${actor} ${after === undefined ? 'deletes' : before === undefined ? 'creates' : 'writes'} ${kind} ${object.metadata.name} v${object.metadata.resourceVersion} ${what}`,
    );
  });
  const user = cluster.as('user');
  const elsewhere = cluster.as('elsewhere');
  const server = () => createReplicas(cluster.as('metacontroller'), cachedTypes, signal);
  const servers = [server(), server()] as const;
  let leading: 0 | 1 = 0;
  const start = () => createHook(cluster.as('hook'), backend.provider, clock);
  const hooks: (Hook | undefined)[] = [start()];
  let active = 0;

  const transport: HookTransport = async (path, body, _signal) => {
    const isSync = path === '/hooks/externalsecret/sync';
    const before = backend.reads();
    if (isSync) rules.onCall(JSON.parse(body) as HookRequest);
    const reply = await hooks[active]!.call(path, body);
    if (isSync) {
      rules.onReply(reply.status, backend.reads() - before);
      const request = JSON.parse(body) as HookRequest;
      log(
        `    sync ${request.parent.metadata.name} v${request.parent.metadata.resourceVersion} [${Object.values(
          request.children['Secret.v1'] ?? {},
        )
          .map((s) => `${s.metadata.name} v${s.metadata.resourceVersion}`)
          .join(', ')}] -> ${reply.status} ${summary(reply.body)} reads ${backend.reads() - before}`,
      );
    }
    return reply;
  };

  let crash: Error | undefined;
  const startStandIn = async () => {
    const standIn = createStandIn({
      ...{ api: servers[leading].api, transport, clock, workers: 'stepped', flushIntervalSeconds: 86_400 },
      onCrash: (error) => {
        crash ??= error;
      },
    });
    await standIn.start();
    return standIn;
  };

  for (const name of ['app', 'other']) await user.create(externalSecretType, fresh(name));
  let standIn: StandIn = await startStandIn();
  let serial = 0;

  /** One pass. While a read waits for time to pass, time passes. */
  async function step(): Promise<boolean> {
    let result: Awaited<ReturnType<StandIn['step']>> | 'running' = 'running';
    let failure: unknown;
    const done = standIn.step().then(
      (value) => {
        result = value;
      },
      (error: unknown) => {
        failure = error;
        result = undefined;
      },
    );
    for (let ticks = 0; result === 'running'; ticks++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (ticks % 20 === 19 && backend.waiting() > 0) clock.advance(500);
      if (ticks > 5_000) throw new Error('a pass does not end');
    }
    await done;
    if (failure !== undefined) throw failure;
    const ended = result as Awaited<ReturnType<StandIn['step']>>;
    if (ended?.error !== undefined) log(`    pass of ${ended.key}: ${ended.outcome} ${ended.error.message}`);
    return ended !== undefined;
  }

  /** Time passes; reads that are under way end when they do. */
  async function wait(ms: number): Promise<void> {
    const end = clock.now() + ms;
    while (backend.waiting() > 0 && clock.now() < end) {
      clock.advance(Math.min(500, end - clock.now()));
      await new Promise((resolve) => setImmediate(resolve));
    }
    clock.advance(end - clock.now());
  }

  async function run(): Promise<void> {
    for (let passes = 0; await step(); passes++) {
      if (passes >= maxPasses) throw new Error(`more than ${maxPasses} passes at one moment`);
    }
  }

  /** Time passes, and all that falls due is done when it falls due. */
  async function live(ms: number): Promise<void> {
    const end = clock.now() + ms;
    await run();
    for (;;) {
      const next = clock.nextTimer();
      if (next === undefined || next > end) break;
      await wait(Math.max(0, next - clock.now()));
      await run();
    }
    if (clock.now() < end) await wait(end - clock.now());
    await run();
  }

  const app = () => cluster.externalSecrets().find(({ metadata }) => metadata.name === 'app')!;
  const target = () => cluster.secrets().find(({ metadata }) => metadata.name === targetOf(app()));
  const isOurs = (secret: SecretObject | undefined): secret is SecretObject =>
    secret !== undefined && ownerOf(secret)?.uid === app().metadata.uid;
  const patchApp = (patch: object) => user.mergePatch(externalSecretType, namespace, 'app', patch);
  const patchSecret = async (patch: object) => {
    const secret = target();
    if (isOurs(secret)) await user.mergePatch(secretType, namespace, secret.metadata.name, patch);
  };
  const encoded = (text: string) => Buffer.from(text).toString('base64');

  async function act(command: Command): Promise<void> {
    switch (command.do) {
      case 'wait':
        return wait(command.ms);
      case 'live':
        return live(command.ms);
      case 'pass':
        return void (await step());
      case 'run':
        return run();
      case 'write':
        return backend.write(command.key);
      case 'remove':
        return backend.remove(command.key);
      case 'restore':
        return backend.restore(command.key);
      case 'fault':
        return backend.setFault(command.fault);
      case 'edit':
        return void (await patchApp({ spec: shapes[command.shape] }));
      case 'rename':
        return void (await patchApp({ spec: { target: { name: command.to } } }));
      case 'policy':
        return void (await patchApp({ spec: { target: { deletionPolicy: command.to } } }));
      case 'interval':
        return void (await patchApp({ spec: { refreshInterval: command.to } }));
      case 'refresh':
        return void (await patchApp({ spec: { refreshPolicy: command.to } }));
      case 'drop store':
        return setStore('absent');
      case 'restore store':
        return setStore('present');
      case 'force':
        return void (await patchApp({
          metadata: { annotations: { 'external-secrets.io/force-sync': String(++serial) } },
        }));
      case 'tamper':
        return patchSecret({ data: { password: encoded(`junk ${++serial}`) } });
      case 'add key':
        return patchSecret({ data: { foreign: encoded('foreign') } });
      case 'drop': {
        const secret = target();
        if (isOurs(secret)) await user.remove(secretType, namespace, secret.metadata.name);
        return;
      }
      case 'strip':
        return patchSecret({
          metadata:
            command.what === 'annotations'
              ? { annotations: { [dataHashAnnotation]: null, 'keyhook.dev/refresh-id': null } }
              : {
                  labels: {
                    [command.what === 'controller-uid'
                      ? command.what
                      : `reconcile.external-secrets.io/${command.what}`]: null,
                  },
                },
        });
      case 'hold':
        return servers[leading].hold(command.what);
      case 'release':
        return servers[leading].release(command.what, command.count);
      case 'refuse secrets':
        cluster.refusals.secrets = command.how;
        return;
      case 'refuse status':
        cluster.refusals.status = command.how;
        return;
      case 'refuse gets':
        cluster.refusals.gets = command.how;
        return;
      case 'restart hook':
        hooks[active] = start();
        return;
      case 'switch hook':
        active = 1 - active;
        await wait(failoverMs);
        hooks[active] ??= start();
        return;
      case 'restart metacontroller':
        await standIn.stop();
        standIn = await startStandIn();
        return;
      case 'switch metacontroller':
        await standIn.stop();
        leading = leading === 0 ? 1 : 0;
        standIn = await startStandIn();
        return;
      case 'squat':
        return squat(command.on, command.by);
      case 'collect':
        return cluster.collect();
      case 'recreate': {
        const { spec } = app();
        await user.remove(externalSecretType, namespace, 'app');
        await user.create(externalSecretType, { ...fresh('app'), spec });
        return;
      }
    }
  }

  async function setStore(wanted: 'present' | 'absent'): Promise<void> {
    const { name } = secretStore.metadata;
    const { items } = await user.list(storeType, { namespace });
    if (wanted === 'present' && items.length === 0) await user.create(storeType, secretStore);
    if (wanted === 'absent' && items.length > 0) await user.remove(storeType, namespace, name);
  }

  async function squat(name: string, by: 'controller' | 'nobody'): Promise<void> {
    if (cluster.secrets().some(({ metadata }) => metadata.name === name)) return;
    const owner = {
      apiVersion: 'bitnami.com/v1',
      kind: 'SealedSecret',
      name: 'x',
      uid: 'x',
      controller: true,
    };
    await elsewhere.create(secretType, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, ...(by === 'controller' ? { ownerReferences: [owner] } : {}) },
      data: { theirs: encoded('theirs') },
    });
  }

  function check(): void {
    if (crash !== undefined) throw crash;
    const [first] = rules.broken;
    if (first !== undefined) throw new Error(`rule ${first}`);
  }

  /** All trouble ends; two intervals later everything is in place, and from then on nothing moves but by time. */
  async function conclude(): Promise<void> {
    log('  conclude');
    backend.setFault('none');
    for (const key of backendKeys) if (backend.newest(key) === undefined) backend.restore(key);
    if (backend.newest('bag')! % 4 === 0) backend.write('bag');
    Object.assign(cluster.refusals, { secrets: 'none', status: 'none', gets: 'none' });
    for (const { resource } of cachedTypes) for (const each of servers) each.release(resource);
    await setStore('present');
    await patchApp({ spec: { refreshPolicy: 'Periodic' } });
    if (targetOf(app()) === 'other') await patchApp({ spec: { target: { name: 'app' } } });
    for (const secret of cluster.secrets())
      if (ownerOf(secret)?.kind === 'SealedSecret')
        await elsewhere.remove(secretType, namespace, secret.metadata.name);
    const intervals = cluster.externalSecrets().map(intervalOf);
    await live(2 * Math.max(...intervals) + 61_000);
    check();
    for (const object of cluster.externalSecrets()) isConverged(object);

    const before = JSON.stringify([cluster.externalSecrets(), cluster.secrets()]);
    await live(1_000);
    hooks[active] = start();
    await standIn.stop();
    standIn = await startStandIn();
    const movedBy = clock.now();
    await run();
    check();
    // The next refresh may have fallen due meanwhile; else nothing may have moved.
    const after = JSON.stringify([cluster.externalSecrets(), cluster.secrets()]);
    const refreshed = cluster
      .externalSecrets()
      .some((object) => Date.parse(statusOf(object).refreshTime ?? '') >= movedBy - 2_000);
    if (before !== after && !refreshed) throw new Error('rule 7: a restart moved something');
  }

  function isConverged(object: KubeObject): void {
    const { name } = object.metadata;
    const where = `liveness: ExternalSecret ${name}`;
    const ready = readyOf(object);
    if (ready?.status !== 'True') throw new Error(`${where} is not Ready: ${ready?.message}`);
    const secret = cluster.secrets().find(({ metadata }) => metadata.name === targetOf(object));
    if (secret === undefined) throw new Error(`${where} has no Secret`);
    const wanted = newestOf(object);
    const found = Object.fromEntries([...textsOf(secret)].sort());
    if (JSON.stringify(wanted) !== JSON.stringify(found))
      throw new Error(`${where} holds ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
    const owned = cluster.secrets().filter((other) => ownerOf(other)?.uid === object.metadata.uid);
    // Without this label a Secret does not say that we made it, and is never deleted for a rename.
    const left = owned.filter(
      ({ metadata }) => metadata.name !== targetOf(object) && metadata.labels?.[createdByLabel] !== undefined,
    );
    if (left.length > 0) throw new Error(`${where} left Secrets behind`);
  }

  function newestOf(object: KubeObject): Record<string, string> {
    const { data, dataFrom } = object.spec as {
      data?: { secretKey: string; remoteRef: { key: 'db' | 'api' } }[];
      dataFrom?: unknown[];
    };
    const value = (key: 'db' | 'api' | 'bag') => textOf(key, backend.newest(key)!);
    const entries =
      dataFrom === undefined
        ? (data ?? []).map(({ secretKey, remoteRef }) => [secretKey, value(remoteRef.key)] as const)
        : bagNames(backend.newest('bag')!).map((name) => [name, value('bag')] as const);
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  await live(10_000);
  log('  established');

  return {
    async perform(command: Command): Promise<void> {
      log(`  ${new Date(clock.now()).toISOString().slice(11)} ${JSON.stringify(command)}`);
      await act(command);
      check();
    },
    conclude,
    stop: () => standIn.stop(),
  };
}

function intervalOf(object: KubeObject): number {
  return parseDuration((object.spec as { refreshInterval: string }).refreshInterval);
}

function fresh(name: string): KubeObject {
  return {
    apiVersion: crdGroup,
    kind: 'ExternalSecret',
    metadata: { name, namespace },
    spec: {
      secretStoreRef: { name: 'vault', kind: 'SecretStore' },
      target: { name },
      refreshInterval: '2m',
      data: [entry('password', 'db')],
    },
  };
}

function statusText(object: KubeObject): string {
  const { refreshTime, refreshId, retry } = statusOf(object);
  const ready = readyOf(object);
  return `g${object.metadata.generation} ${ready?.status} ${ready?.message?.slice(0, 60)} at ${refreshTime} id ${refreshId} retry ${retry?.after}`;
}

function summary(body: string): string {
  const answer = JSON.parse(body) as {
    status?: object;
    children?: SecretObject[];
    resyncAfterSeconds?: number;
  };
  if (answer.children === undefined) return body;
  const children = answer.children.map(
    (child) =>
      `${child.metadata.name} ${JSON.stringify(Object.fromEntries(textsOf(child)))} id ${child.metadata.annotations?.['keyhook.dev/refresh-id']}`,
  );
  return `[${children.join(', ')}] again ${answer.resyncAfterSeconds}`;
}
