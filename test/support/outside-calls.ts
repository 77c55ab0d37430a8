import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * From here on every Node process that this one starts reaches loopback only (`loopback-only.mjs`): API server and backends of the tests
 * are there, and nothing else may be called. Returns what gives the calls that were tried, a line each, and ends the watch.
 */
export function refuseOutsideCalls(): () => readonly string[] {
  const dir = mkdtempSync(join(tmpdir(), 'keyhook-outside-'));
  const report = join(dir, 'calls');
  const guard = new URL('loopback-only.mjs', import.meta.url);
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = [before, `--import=${guard}`].filter(Boolean).join(' ');
  process.env.OUTSIDE_CALLS = report;
  return () => {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
    delete process.env.OUTSIDE_CALLS;
    const calls = readIfThere(report).split('\n').filter(Boolean);
    rmSync(dir, { recursive: true });
    return calls;
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
