import type { HookRequest } from '../../../composite-controllers/controller.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import type { Settings } from '../../../composite-controllers/lib/ports.ts';
import type { PassResult } from '../../../local/metacontroller/attempt.ts';
import type { SteppedClock } from '../../../local/metacontroller/clock.ts';
import type { HookTransport } from '../../../local/metacontroller/hook-client.ts';
import { createStandIn, type StandIn } from '../../../local/metacontroller/stand-in.ts';
import { type Cluster, cachedTypes, createCluster, externalSecretType, namespace } from './cluster.ts';
import { createHook, type Hook } from './hook.ts';
import { type Narrator, tellCall, tellChange } from './narrator.ts';
import { createReplicas, type Replicas } from './replica.ts';
import { createRules } from './rules.ts';
import { createScriptedBackend, type ScriptedBackend } from './scripted-backend.ts';

/**
 * Keyhook in a cluster, in this process: two replicas of the hook of which one is called, Metacontroller's stand-in on
 * one of two API servers, a backend, and the rules that watch over it all.
 */
export interface Installation {
  readonly cluster: Cluster;
  readonly backend: ScriptedBackend;
  /** The API server that Metacontroller talks to, and the other one. */
  readonly servers: () => readonly [Replicas, Replicas];
  /** Time passes and Metacontroller does nothing. */
  wait(ms: number): Promise<void>;
  /** One pass, if any is due; says whether one was. */
  step(): Promise<boolean>;
  /** All passes that are due. */
  run(): Promise<void>;
  /** Time passes, and what falls due is done when it falls due. */
  live(ms: number): Promise<void>;
  restartHook(): void;
  switchHook(): Promise<void>;
  restartMetacontroller(on?: 'same' | 'other'): Promise<void>;
  /** Throws the first rule that was broken. */
  check(): void;
  stop(): Promise<void>;
}

/** No replica is found dead, and another alive, in less. */
const failoverMs = 15_000;
/** More passes than that at one moment are a hot loop. */
const maxPasses = 60;

/** An {@link Installation} in which ExternalSecrets `app` and `other` have been synced; it works until `signal` aborts. */
export async function createInstallation(
  clock: SteppedClock,
  signal: AbortSignal,
  log: Narrator,
  settings: Settings,
): Promise<Installation> {
  const backend = createScriptedBackend(clock);
  const rules = createRules({ now: clock.now, backend, cluster: () => cluster });
  const cluster = await createCluster(clock, (change) => {
    rules.onChange(change);
    log(tellChange(change));
  });

  const server = () => createReplicas(cluster.as('metacontroller'), cachedTypes, signal);
  let servers = [server(), server()] as const;
  const startHook = () => createHook(cluster.as('hook'), backend.provider, clock, settings);
  let [active, standby]: [Hook, Hook | undefined] = [startHook(), undefined];
  let crash: Error | undefined;

  const transport: HookTransport = async (path, body) => {
    if (path !== '/hooks/externalsecret/sync') return active.call(path, body);
    const before = backend.reads();
    const request = JSON.parse(body) as HookRequest;
    rules.onCall(request);
    const reply = await active.call(path, body);
    const reads = backend.reads() - before;
    rules.onReply(reply.status, reads);
    log(`${tellCall(request, reply.status, reply.body)} reads ${reads}`);
    return reply;
  };

  async function startStandIn(): Promise<StandIn> {
    const { api } = servers[0];
    const onCrash = (error: Error) => {
      crash ??= error;
    };
    const day = 86_400;
    const fixed = { workers: 'stepped', flushIntervalSeconds: day } as const;
    const standIn = createStandIn({ ...fixed, api, transport, clock, onCrash });
    await standIn.start();
    return standIn;
  }

  for (const name of ['app', 'other'])
    await cluster.as('user').create(externalSecretType, newExternalSecret(name));
  let standIn = await startStandIn();

  const tick = () => new Promise((resolve) => setImmediate(resolve));

  async function wait(ms: number): Promise<void> {
    const end = clock.now() + ms;
    // Reads that are under way end when they do.
    while (backend.waiting() > 0 && clock.now() < end) {
      clock.advance(Math.min(500, end - clock.now()));
      await tick();
    }
    clock.advance(end - clock.now());
  }

  async function step(): Promise<boolean> {
    let isOver = false;
    const pass = standIn.step().finally(() => {
      isOver = true;
    });
    pass.catch(() => {});
    // While the pass waits for a read, time passes.
    for (let ticks = 1; !isOver; ticks++) {
      await tick();
      if (ticks % 20 === 0 && backend.waiting() > 0) clock.advance(500);
      if (ticks > 5_000) throw new Error('a pass does not end');
    }
    const result: PassResult | undefined = await pass;
    if (result?.error !== undefined)
      log(`    pass of ${result.key}: ${result.outcome}: ${result.error.message}`);
    return result !== undefined;
  }

  async function run(): Promise<void> {
    for (let passes = 0; await step(); passes++) {
      if (passes >= maxPasses) throw new Error(`more than ${maxPasses} passes at one moment`);
    }
  }

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

  await live(10_000);
  return {
    cluster,
    backend,
    servers: () => servers,
    wait,
    step,
    run,
    live,
    restartHook() {
      active = startHook();
    },
    async switchHook() {
      await wait(failoverMs);
      [active, standby] = [standby ?? startHook(), active];
    },
    async restartMetacontroller(on = 'same') {
      await standIn.stop();
      if (on === 'other') servers = [servers[1], servers[0]];
      standIn = await startStandIn();
    },
    check() {
      if (crash !== undefined) throw crash;
      const [first] = rules.broken;
      if (first !== undefined) throw new Error(`rule ${first}`);
    },
    stop: () => standIn.stop(),
  };
}

/** An ExternalSecret that nobody has synced yet. */
export function newExternalSecret(name: string): KubeObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name, namespace },
    spec: {
      secretStoreRef: { name: 'vault', kind: 'SecretStore' },
      target: { name },
      refreshInterval: '2m',
      data: [{ secretKey: 'password', remoteRef: { key: 'db' } }],
    },
  };
}
