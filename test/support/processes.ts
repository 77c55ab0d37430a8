import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A program that runs beside the test. */
export interface Service {
  readonly pid: number | undefined;
  /** What it printed so far, both streams. */
  log(): string;
  /** Throws, with the end of its log, when it has ended. */
  assertRunning(): void;
  /** Ends it and all that it started: by SIGTERM with 10 s of grace, or by SIGKILL. Resolves when it is gone. */
  stop(how?: 'gracefully' | 'at once'): Promise<void>;
}

export interface ServiceOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Where its log goes. */
  readonly dir: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program in a process group of its own; it is killed when this process ends, even by SIGKILL. */
export function startService(name: string, { command, args, dir, env }: ServiceOptions): Service {
  const logPath = join(dir, `${name}.log`);
  const logFile = openSync(logPath, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', logFile, logFile],
    detached: true,
    env: { ...process.env, ...env },
  });
  closeSync(logFile);
  child.unref();
  const { pid } = child;

  let failure: Error | undefined;
  const { promise: gone, resolve: setGone } = Promise.withResolvers<void>();
  child.once('exit', () => setGone());
  child.once('error', (error) => {
    failure = error;
    setGone();
  });
  endWithThisProcess(child);

  const running = () => failure === undefined && child.exitCode === null && child.signalCode === null;
  const log = () => readFileSync(logPath, 'utf8');
  return {
    pid,
    log,
    assertRunning() {
      if (running()) return;
      const end = failure?.message ?? `ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`;
      throw new Error(`${name}: ${end}\n${log().slice(-3000)}`);
    },
    async stop(how = 'gracefully') {
      if (pid === undefined || !running()) return;
      child.ref();
      process.kill(-pid, how === 'gracefully' ? 'SIGTERM' : 'SIGKILL');
      const impatience = setTimeout(() => process.kill(-pid, 'SIGKILL'), 10_000);
      await gone;
      clearTimeout(impatience);
    },
  };
}

/** Waits until `check` throws no more, a minute at most. Throws, with the end of the log, when the service ends before. */
export async function whenReady<T>(service: Service, check: () => Promise<T>): Promise<T> {
  const outcome = await eventually(
    async () => {
      try {
        service.assertRunning();
      } catch (error) {
        return { error };
      }
      return { value: await check() };
    },
    { timeout: 60_000 },
  );
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** A directory for the files of services. */
export interface ServiceDir {
  readonly path: string;
  /** To be called when the services that write into it have stopped. */
  remove(): Promise<void>;
}

/** A new {@link ServiceDir}; it is removed when this process ends, even by SIGKILL. */
export function serviceDir(label: string): ServiceDir {
  const path = mkdtempSync(join(tmpdir(), `keyhook-${label}-`));
  tellJanitor({ dir: path });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Lets a child that leads a process group (`detached`) be killed, with the group, when this process ends in any way. */
export function endWithThisProcess(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  tellJanitor({ pid });
  child.once('exit', () => tellJanitor({ ended: pid }));
}

let janitor: ChildProcess | undefined;

/** Tells the janitor, a process that outlives this one by a moment, what to clean up. */
function tellJanitor(message: { pid: number } | { ended: number } | { dir: string }): void {
  if (janitor === undefined) {
    janitor = spawn(process.execPath, [join(import.meta.dirname, 'janitor.ts')], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true, // Out of reach of Ctrl-C.
    });
    janitor.unref();
    (janitor.stdin as Socket).unref();
  }
  janitor.stdin?.write(`${JSON.stringify(message)}\n`);
}
