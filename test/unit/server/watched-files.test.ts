// needs: fifo
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchFiles } from '../../../server/watched-files.ts';
import { eventually } from '../../support/eventually.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('a look that takes longer than the interval is not overtaken by the next one', async (t) => {
  // Whoever reads a pipe waits until somebody writes into it.
  const pipe = join(tempDir('watched-files'), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const write = (content: string) => {
    const file = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(file, content);
    closeSync(file);
  };
  const taken: string[] = [];
  const watched = watchFiles(
    [pipe],
    [Buffer.from('old')],
    5,
    ([content]) => taken.push(String(content)),
    () => assert.fail('it can be read'),
  );
  t.after(async () => {
    watched.stop();
    await eventually(() => write(''));
  });
  await sleep(100);
  await eventually(() => write('new'));
  await eventually(() => assert.ok(taken.length > 0));
  await sleep(100);
  assert.deepEqual(taken, ['new']);
});
