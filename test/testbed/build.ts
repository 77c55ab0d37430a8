// Builds the real parts that integration tests run against, from the Go modules (and Python requirements) in the folders
// beside this file, into a cache outside the checkout. By hand: node test/testbed/build.ts [part ...], by default all of Go.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithThisProcess } from '../support/processes.ts';

interface Recipe {
  /** Beside this file; by default it is called like the part. */
  readonly folder?: string;
  /** A command whose output, with the files of the part's folder, decides whether an earlier result still serves. */
  readonly fingerprint: Command;
  /** The commands, run in the part's folder, that fill the directory `into`. */
  commands(into: string): readonly Command[];
}

type Command = readonly [program: string, ...args: string[]];

const recipes = {
  etcd: goModule('etcd', ['go.etcd.io/etcd/server/v3']),
  kubernetes: goModule(
    '.',
    ['kube-apiserver', 'kube-controller-manager', 'kubectl'].map((name) => `k8s.io/kubernetes/cmd/${name}`),
    kubernetesVersion(),
  ),
  vaultd: goModule('vaultd', ['.']),
  oracle: { ...goModule('oracle', ['.']), folder: 'oracle/go' },
  helm: goModule('helm', ['helm.sh/helm/v3/cmd/helm']),
  moto: {
    fingerprint: ['python3', '-c', 'import sys; print(sys.version, sys.prefix)'],
    commands: (into) => [
      ['python3', '-m', 'venv', into],
      [join(into, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '-r', 'requirements.txt'],
    ],
  },
} satisfies Record<string, Recipe>;

/** What can be built; `kubernetes` is kube-apiserver, kube-controller-manager and kubectl. */
export type Part = keyof typeof recipes;

/** Without a C compiler, a VCS stamp and debug tables: the module alone decides, and linking takes half the time. */
function goModule(output: string, packages: readonly string[], linkerFlags = ''): Recipe {
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', `-ldflags=-s -w ${linkerFlags}`];
  return {
    fingerprint: ['go', 'env', 'GOVERSION', 'GOOS', 'GOARCH'],
    commands: (into) => [['go', 'build', ...flags, '-o', join(into, output), ...packages]],
  };
}

/** Linker flags for the version that the module has; without them Kubernetes calls itself v0.0.0. */
function kubernetesVersion(): string {
  const module = readFileSync(join(import.meta.dirname, 'kubernetes/go.mod'), 'utf8');
  const [, version, major, minor] = /^\s*k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/m.exec(module) ?? [];
  const set = (name: string, value = '') => `-X k8s.io/component-base/version.${name}=${value}`;
  return [set('gitVersion', version), set('gitMajor', major), set('gitMinor', minor)].join(' ');
}

const built = new Map<Part, Promise<string>>();

/**
 * The directory that holds a part's programs (of moto: a Python environment), built first when the cache lacks it.
 * Several processes may ask at once. Throws with the end of the compiler's output.
 */
export function build(part: Part, report: (line: string) => void = console.error): Promise<string> {
  const known = built.get(part) ?? buildOnce(part, report);
  built.set(part, known);
  return known;
}

async function buildOnce(part: Part, report: (line: string) => void): Promise<string> {
  const cache = process.env.KEYHOOK_CACHE || join(homedir(), '.cache', 'keyhook');
  const directory = join(cache, `${part}-${await key(part)}`);
  const complete = join(directory, 'complete');
  if (existsSync(complete)) return directory;

  await mkdir(cache, { recursive: true });
  const release = await lock(`${directory}.lock`, () => report(`testbed: ${part}: another process is at it`));
  try {
    if (existsSync(complete)) return directory;
    report(`testbed: ${part}: building, once; this may take minutes`);
    const start = performance.now();
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    for (const command of recipes[part].commands(directory)) await run(command, folder(part));
    await writeFile(complete, '');
    report(`testbed: ${part}: built in ${Math.round((performance.now() - start) / 1000)} s`);
    return directory;
  } finally {
    release();
  }
}

function folder(part: Part): string {
  const { folder = part }: Recipe = recipes[part];
  return join(import.meta.dirname, folder);
}

async function key(part: Part): Promise<string> {
  const { fingerprint, commands } = recipes[part];
  const hash = createHash('sha256');
  hash.update(await run(fingerprint, folder(part)));
  hash.update(JSON.stringify(commands('')));
  const entries = readdirSync(folder(part), { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => relative(folder(part), join(parentPath, name)));
  for (const file of paths.sort()) hash.update(`\0${file}\0`).update(readFileSync(join(folder(part), file)));
  return hash.digest('hex').slice(0, 12);
}

/** SQLite's file lock, because the system takes it back from a process that dies. Resolves to the function that releases it. */
async function lock(path: string, onWait: () => void): Promise<() => void> {
  const database = new DatabaseSync(path, { timeout: 0 });
  for (let attempt = 0; ; attempt++) {
    try {
      database.exec('BEGIN EXCLUSIVE');
      return () => database.close();
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== 5) throw error; // SQLITE_BUSY
      if (attempt === 0) onWait();
      await sleep(500);
    }
  }
}

/** What a command prints on stdout. */
function run([program, ...args]: Command, cwd: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  endWithThisProcess(child);
  let stdout = '';
  let tail = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-4000);
  });
  child.on('error', reject);
  child.on('close', (code) => {
    if (code === 0) resolve(stdout);
    else reject(new Error(`${[program, ...args].join(' ')} in ${cwd} failed:\n${tail}`));
  });
  return promise;
}

if (import.meta.main) {
  const parts = process.argv.length > 2 ? process.argv.slice(2) : ['etcd', 'kubernetes', 'helm', 'vaultd'];
  for (const part of parts) {
    if (!(part in recipes)) throw new Error(`no part ${part}; there are ${Object.keys(recipes).join(', ')}`);
    console.log(await build(part as Part));
  }
}
