// What `npm test` runs: the type check and the linter, then every test that needs Node alone, then those that need real parts
// (a Kubernetes API server, Vault, moto, Go's own libraries), which it builds first. `npm test -- <file, directory or node flag ...>` runs only those.
import { spawn, spawnSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { refuseOutsideCalls } from './support/outside-calls.ts';
import { build, type Part } from './testbed/build.ts';

/** What the first line of a test file may name, as in `// needs: cluster vault`. */
const needs = {
  cluster: { tool: 'go', parts: ['etcd', 'kubernetes'] },
  vault: { tool: 'go', parts: ['vaultd'] },
  moto: { tool: 'python3', parts: ['moto'] },
  oracle: { tool: 'go', parts: ['oracle'] },
  helm: { tool: 'go', parts: ['helm'] },
  openssh: { tool: 'ssh-keygen', parts: [] },
  fifo: { tool: 'mkfifo', parts: [] },
} as const satisfies Record<string, { tool: Tool; parts: readonly Part[] }>;

const tools = {
  go: () => succeeds('go', ['version']),
  python3: () => succeeds('python3', ['-c', 'import venv, ensurepip']),
  'ssh-keygen': () => isThere('ssh-keygen', '-?'),
  mkfifo: () => isThere('mkfifo', '--help'),
};

type Need = keyof typeof needs;
type Tool = keyof typeof tools;

interface TestFile {
  readonly path: string;
  readonly needs: readonly Need[];
}

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const none: Tally = { passed: 0, failed: 0, skipped: 0 };
const oneFailed: Tally = { ...none, failed: 1 };
const minute = 60_000;

/** What test/conformance/kit.ts prints at the end of each run of a provider's contract. */
const conformanceLine = /^(?<provider>\w+) \(.*\): (?<kept>\d+) of \d+ cases$/gm;
const conformanceRuns = new Map<string, number[]>();

process.chdir(join(import.meta.dirname, '..'));
const chosen = process.argv.slice(2);
process.exitCode = chosen.length > 0 ? await runChosen(chosen) : await runAll();

async function runAll(): Promise<number> {
  const files = globSync('test/{unit,contract,golden,conformance,scenarios,integration}/**/*.test.ts')
    .sort()
    .map(testFile);
  const wanted = (Object.keys(tools) as Tool[]).filter((tool) => files.some((file) => takes(file, tool)));
  const missing = wanted.filter((tool) => !tools[tool]());
  const leftOut = files.filter((file) => missing.some((tool) => takes(file, tool)));
  const alone = files.filter((file) => file.needs.length === 0);
  const real = files.filter((file) => file.needs.length > 0 && !leftOut.includes(file));

  reportMetacontroller();
  reportLeftOut(leftOut, missing);
  if (process.env.CI === 'true' && leftOut.length > 0)
    return close(oneFailed, 'in CI nothing may be left out');
  if (!(await check())) return close(oneFailed, 'the check failed, so no test ran');

  const outsideCalls = refuseOutsideCalls();
  const first = await runFiles('tests that need Node alone', alone, { atOnce: 2, minutes: 10 });
  const calls = [...outsideCalls()];
  for (const part of partsOf(real)) await build(part, console.log);
  const moreOutsideCalls = refuseOutsideCalls();
  const second = await runFiles('tests against real parts', real, { atOnce: 1, minutes: 20 });
  calls.push(...moreOutsideCalls());

  reportConformance();
  reportLeftOut(leftOut, missing);
  if (calls.length > 0) {
    const unique = [...new Set(calls)].join('\n  ');
    return close(sum(sum(first, second), oneFailed), `calls that left the machine:\n  ${unique}`);
  }
  return close(sum(first, second));
}

/** Hands files and flags to node's own test runner; a directory means all tests below it. */
function runChosen(args: readonly string[]): Promise<number> {
  const expanded = args.flatMap((arg) =>
    statSync(arg, { throwIfNoEntry: false })?.isDirectory() ? globSync(`${arg}/**/*.test.ts`).sort() : [arg],
  );
  return exitCode(['--test', '--test-concurrency=1', ...expanded]);
}

/** The type check and the linter, side by side. */
async function check(): Promise<boolean> {
  console.log('\ncheck: types and lint');
  const codes = await Promise.all([
    exitCode(['node_modules/typescript/bin/tsc', '-p', '.']),
    exitCode(['node_modules/@biomejs/biome/bin/biome', 'check', '.']),
  ]);
  return codes.every((code) => code === 0);
}

/** Runs each file in a process of its own; when the time is over, those that hang are killed and named as failures. */
async function runFiles(
  title: string,
  files: readonly TestFile[],
  { atOnce, minutes }: { atOnce: number; minutes: number },
): Promise<Tally> {
  if (files.length === 0) return none;
  console.log(`\n${title}: ${files.length} files`);
  const tests = run({
    files: files.map(({ path }) => path),
    concurrency: atOnce,
    timeout: 5 * minute,
    signal: AbortSignal.timeout(minutes * minute),
  });
  tests.on('test:stdout', ({ message }) => {
    for (const line of message.matchAll(conformanceLine)) noteConformance(line.groups);
  });
  let tally = oneFailed;
  tests.on('test:summary', ({ file, success, counts }) => {
    if (file !== undefined) return;
    const skipped = counts.skipped + counts.todo;
    const failed = counts.tests - counts.passed - skipped;
    // A file may fail although its tests pass, by what it does around them.
    tally = { passed: counts.passed, failed: success ? failed : Math.max(failed, 1), skipped };
  });
  await pipeline(tests, withoutTotals, new spec(), process.stdout, { end: false });
  return tally;
}

function noteConformance({ provider = '', kept = '' }: Record<string, string | undefined> = {}): void {
  conformanceRuns.set(provider, [...(conformanceRuns.get(provider) ?? []), Number(kept)]);
}

function reportConformance(): void {
  console.log('\nconformance, cases of each provider:');
  for (const [provider, runs] of [...conformanceRuns].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const all = runs.reduce((cases, kept) => cases + kept, 0);
    console.log(`  ${provider}: ${all} in ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`);
  }
}

/** The stages' own totals would look like the end of the run. */
async function* withoutTotals(events: AsyncIterable<{ type: string; data: unknown }>) {
  for await (const event of events) {
    const total = event.type === 'test:diagnostic' && !(event.data as { file?: string }).file;
    if (!total) yield event;
  }
}

function testFile(path: string): TestFile {
  const [, words] = /^\/\/ needs: (.+)/.exec(readFileSync(path, 'utf8')) ?? [];
  const named = words?.trim().split(/\s+/) ?? [];
  const unknown = named.filter((word) => !(word in needs));
  if (unknown.length > 0) throw new Error(`${path} needs ${unknown}; known are ${Object.keys(needs)}`);
  if (path.split(/[/\\]/)[1] === 'integration' && named.length === 0)
    throw new Error(`the first line of ${path} has to say what it needs, as in "// needs: cluster"`);
  return { path, needs: named as Need[] };
}

function takes(file: TestFile, tool: Tool): boolean {
  return file.needs.some((need) => needs[need].tool === tool);
}

function partsOf(files: readonly TestFile[]): Set<Part> {
  return new Set(files.flatMap((file) => file.needs.flatMap((need) => needs[need].parts)));
}

/** Metacontroller is no package; tests drive it when METACONTROLLER_BIN names it, and its stand-in always. */
function reportMetacontroller(): void {
  if (!process.env.METACONTROLLER_BIN && succeeds('metacontroller', ['--help']))
    process.env.METACONTROLLER_BIN = 'metacontroller';
  console.log(`Metacontroller: ${process.env.METACONTROLLER_BIN || 'not here, only its stand-in is driven'}`);
}

function reportLeftOut(files: readonly TestFile[], missing: readonly Tool[]): void {
  if (files.length === 0) return;
  console.log(`\nLEFT OUT, because ${missing.join(' and ')} cannot be run here:`);
  for (const file of files) console.log(`  ${file.path} (needs ${file.needs.join(', ')})`);
}

function sum(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** Prints the closing line and returns the exit code. */
function close({ passed, failed, skipped }: Tally, why?: string): number {
  console.log(
    `\n${why === undefined ? '' : `${why}\n`}${passed} passed, ${failed} failed, ${skipped} skipped`,
  );
  return failed === 0 && passed > 0 ? 0 : 1;
}

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** Whether it can be started, whatever it says. */
function isThere(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).error === undefined;
}

function exitCode(args: readonly string[]): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  child.on('exit', (code) => resolve(code ?? 1));
  return promise;
}
