import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithThisProcess } from '../support/processes.ts';

/** What a server process has used so far. */
export interface Usage {
  /** Microseconds of CPU, of all its threads. */
  readonly cpu: number;
  /** Bytes of memory that are resident. */
  readonly rss: number;
}

/** A server in a process of its own, so that its figures are its own. */
export interface Server {
  readonly url: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** What a script of `servers/` is told by its first argument, and tells its parent. */
export type Told = { readonly url: string } | { readonly usage: Usage };

/** What V8 takes in a container of 512 MiB, the limit that is shipped, and the young generation of the image. */
const heap = ['--max-old-space-size=256', '--max-semi-space-size=16'];
/** As in the image; the cache is filled by the first server of the first run. */
const compileCache = join(tmpdir(), 'keyhook-bench-compile-cache');

/** Starts a script of `servers/`, with these variables besides. */
export async function startServer(
  script: string,
  settings: object,
  env: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'servers', script), [JSON.stringify(settings)], {
    execArgv: heap,
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, MALLOC_ARENA_MAX: '2', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
  endWithThisProcess(child);
  const gone = once(child, 'exit').then(() => Promise.reject(new Error(`${script} has ended`)));
  gone.catch(() => {});
  const told = async () => {
    const [message] = (await Promise.race([once(child, 'message'), gone])) as [Told];
    return message;
  };
  const first = await told();
  if (!('url' in first)) throw new Error(`${script} did not say where it is`);
  return {
    url: first.url,
    async usage() {
      child.send('usage');
      const answer = await told();
      if (!('usage' in answer)) throw new Error(`${script} did not say what it used`);
      return answer.usage;
    },
    async stop() {
      child.send('stop');
      await gone.catch(() => {});
    },
  };
}
