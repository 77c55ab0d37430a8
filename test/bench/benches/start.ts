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

/** From the start of `keyhook serve` to the first yes of /readyz, with an empty compile cache and with a filled one. */
export const start: Bench = async ({ size, tell }) => {
  const rounds = size === 'full' ? 9 : 3;
  const dir = await mkdtemp(join(tmpdir(), 'keyhook-bench-'));
  try {
    const kubeconfig = join(dir, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(configOfNobody));
    const cache = join(dir, 'cache');
    tell(`starting once, then ${rounds} times`);
    const empty = await millisecondsToReady(kubeconfig, cache);
    const filled: number[] = [];
    for (let i = 0; i < rounds; i++) filled.push(await millisecondsToReady(kubeconfig, cache));
    return [
      { figure: 'ready, compile cache empty', value: empty, unit: 'ms' },
      { figure: 'ready, compile cache filled', value: median(filled), unit: 'ms', atMost: 1_000 },
    ];
  } finally {
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

async function millisecondsToReady(kubeconfig: string, cache: string): Promise<number> {
  const [port] = await freePorts(1);
  const flags = [
    '--port',
    String(port),
    '--kubeconfig',
    kubeconfig,
    '--insecure-no-auth',
    '--shutdown-delay',
    '0s',
  ];
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['cli/main.ts', 'serve', ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
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
