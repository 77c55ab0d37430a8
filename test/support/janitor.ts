// Cleans up after a test process, however that ends: kills the process groups and removes the directories that it was told
// of by lines `{"pid":1}`, `{"ended":1}`, `{"dir":"/x"}` on stdin, as soon as stdin closes. Started by processes.ts.
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';

const pids = new Set<number>();
const dirs = new Set<string>();

for await (const line of createInterface({ input: process.stdin })) {
  const { pid, ended, dir }: { pid?: number; ended?: number; dir?: string } = JSON.parse(line);
  if (pid !== undefined) pids.add(pid);
  if (ended !== undefined) pids.delete(ended);
  if (dir !== undefined) dirs.add(dir);
}

for (const pid of pids) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
for (const dir of dirs) await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
