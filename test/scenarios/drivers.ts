import { createStandIn } from '../../local/metacontroller/stand-in.ts';
import type { KubeApi } from '../../server/kube-api.ts';
import { eventually } from '../support/eventually.ts';
import { freePorts } from '../support/free-ports.ts';
import { http } from '../support/http.ts';
import { serviceDir, startService } from '../support/processes.ts';
import type { Restartable } from './world.ts';

/** What calls the hook and writes what it answers. */
export interface Driver extends Restartable {
  /** What it logged, when it logs. */
  log(): string;
  /** Throws when it had to give up before. */
  stop(): Promise<void>;
}

const workers = 20;

/** The stand-in for Metacontroller, in this process. */
export async function startStandIn(api: KubeApi): Promise<Driver> {
  let crash: Error | undefined;
  const start = async () => {
    const onCrash = (error: Error) => {
      crash ??= error;
    };
    const driver = createStandIn({ api, workers, flushIntervalSeconds: 86_400, onCrash });
    await driver.start();
    return driver;
  };
  let running = await start();
  return {
    log: () => '',
    async restart() {
      await running.stop();
      running = await start();
    },
    async stop() {
      await running.stop();
      if (crash !== undefined) throw crash;
    },
  };
}

/** The real Metacontroller, with the settings that the documentation demands. */
export async function startMetacontroller(program: string, kubeconfig: string): Promise<Driver> {
  const dir = serviceDir('metacontroller');
  let starts = 0;
  const logs: (() => string)[] = [];
  const start = async () => {
    const [metrics, health] = await freePorts(2);
    const args = Object.entries({
      kubeconfig,
      'apply-strategy': 'server-side-apply',
      'cache-flush-interval': '24h',
      workers,
      'client-go-qps': 500,
      'client-go-burst': 1000,
      'zap-log-level': 4,
      'metrics-address': `127.0.0.1:${metrics}`,
      'health-probe-bind-address': `127.0.0.1:${health}`,
    }).map(([flag, value]) => `--${flag}=${value}`);
    const service = startService(`metacontroller-${++starts}`, { command: program, args, dir: dir.path });
    logs.push(service.log);
    await eventually(
      async () => {
        service.assertRunning();
        const { status } = await http({ url: `http://127.0.0.1:${health}/readyz` });
        if (status !== 200) throw new Error(`Metacontroller answered ${status}`);
      },
      { timeout: 30_000 },
    );
    return service;
  };
  let running = await start();
  return {
    log: () => logs.map((read) => read()).join(''),
    async restart() {
      await running.stop();
      running = await start();
    },
    async stop() {
      running.assertRunning();
      await running.stop();
      await dir.remove();
    },
  };
}
