import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../support/free-ports.ts';
import { endWithThisProcess } from '../../support/processes.ts';
import { type Bench, median } from '../figure.ts';
import { startPod } from '../pod.ts';

/** How a hook is told where the API server is. */
interface Surroundings {
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * From the start of `keyhook serve` to the first yes of /readyz: as in a pod, with an empty compile cache and with a
 * filled one, and with a kubeconfig, which takes a library more.
 */
export const start: Bench = async ({ size, tell }) => {
  const rounds = size === 'full' ? 9 : 3;
  const dir = await mkdtemp(join(tmpdir(), 'keyhook-bench-'));
  const pod = await startPod('http://127.0.0.1:9');
  try {
    const kubeconfig = join(dir, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(configOfNobody));
    const outside: Surroundings = { flags: { kubeconfig }, env: {} };
    const cache = join(dir, 'cache');
    tell(`starting twice, then ${rounds} times each way`);
    const empty = await millisecondsToReady(pod, cache);
    await millisecondsToReady(outside, cache);
    const filled: number[] = [];
    const filledOutside: number[] = [];
    for (let i = 0; i < rounds; i++) {
      filled.push(await millisecondsToReady(pod, cache));
      filledOutside.push(await millisecondsToReady(outside, cache));
    }
    const ready = (how: string, value: number) => ({ figure: `ready, ${how}`, value, unit: 'ms' });
    return [
      ready('compile cache empty', empty),
      { ...ready('compile cache filled', median(filled)), atMost: 1_000 },
      { ...ready('compile cache filled, kubeconfig', median(filledOutside)), atMost: 1_000 },
    ];
  } finally {
    await pod.stop();
    await rm(dir, { recursive: true, force: true });
  }
};

/** Nothing is asked of the API server before the first call. */
const configOfNobody = {
  clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:9' } }],
  users: [{ name: 'u', user: { token: 'none' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
};

async function millisecondsToReady({ flags, env }: Surroundings, cache: string): Promise<number> {
  const [port] = await freePorts(1);
  const all = { port: String(port), 'shutdown-delay': '0s', ...flags };
  const words = [
    '--insecure-no-auth',
    ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
  ];
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['cli/main.ts', 'serve', ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
    env: { ...process.env, KUBECONFIG: '', NODE_COMPILE_CACHE: cache, ...env },
  });
  endWithThisProcess(child);
  try {
    while (!(await isReady(port!))) {
      if (child.exitCode !== null) throw new Error('the server has ended');
      if (performance.now() - startedAt > 60_000) throw new Error('the server does not get ready');
      await sleep(5);
    }
    return performance.now() - startedAt;
  } finally {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
