import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The path of a new, empty directory that disappears when the process exits. */
export function tempDir(label: string): string {
  const path = mkdtempSync(join(tmpdir(), `keyhook-${label}-`));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}
