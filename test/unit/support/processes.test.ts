import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { http } from '../../support/http.ts';
import { serviceDir, startService } from '../../support/processes.ts';

const processes = new URL('../../support/processes.ts', import.meta.url).href;

describe('services of a test process', () => {
  for (const [end, last] of [
    ['is killed', 'setInterval(() => {}, 1000)'],
    ['ends without stopping them', ''],
    ['fails', 'throw new Error("expected")'],
  ] as const) {
    test(`disappear with their directory when it ${end}`, async () => {
      const [port] = await freePorts(1);
      const url = `http://127.0.0.1:${port}`;
      const stubborn = `
        process.on('SIGTERM', () => {});
        require('node:http').createServer((_, response) => response.end('here')).listen(${port}, '127.0.0.1');`;
      const program = `
        import { serviceDir, startService } from ${JSON.stringify(processes)};
        const dir = serviceDir('unit').path;
        const args = ['-e', ${JSON.stringify(stubborn)}];
        const service = startService('stubborn', { command: process.execPath, args, dir });
        process.stdout.write(dir + '\\n');
        while (!(await fetch('${url}').catch(() => {}))) service.assertRunning();
        ${last}`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [dir] = await once(createInterface({ input: child.stdout }), 'line');
      if (end === 'is killed') {
        await eventually(() => http({ url }));
        child.kill('SIGKILL');
      } else await once(child, 'exit');
      await eventually(async () => {
        await assert.rejects(http({ url }), { code: 'ECONNREFUSED' });
        assert(!existsSync(dir));
      });
    });
  }

  test('log into their directory, and are gone once stopped', async () => {
    const dir = serviceDir('unit');
    const service = startService('node', {
      command: process.execPath,
      args: ['-e', 'console.log("here"); setInterval(() => {}, 1000)'],
      dir: dir.path,
    });
    await eventually(() => assert.equal(service.log(), 'here\n'));
    service.assertRunning();
    await service.stop();
    assert.throws(() => service.assertRunning(), /^Error: node: ended with SIGTERM\nhere/);
    await dir.remove();
    assert(!existsSync(dir.path));
  });

  test('say why they could not start', async () => {
    const dir = serviceDir('unit');
    const service = startService('none', { command: '/does/not/exist', args: [], dir: dir.path });
    await eventually(() => assert.throws(() => service.assertRunning(), /none: spawn .* ENOENT/));
    await service.stop();
    await dir.remove();
  });
});
