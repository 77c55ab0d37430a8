import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { eventually } from '../../support/eventually.ts';

const server = new URL('../../../server/', import.meta.url).href;

/** A process that runs until a signal, closes as the script says, and does something else meanwhile. */
function start(t: TestContext, close: string, meanwhile = '') {
  const script = `
    import { createLogger } from '${server}logger.ts';
    import { endOnSignal, surviveFailures } from '${server}process.ts';
    const log = createLogger('info');
    surviveFailures(log);
    setInterval(() => {}, 1_000);
    endOnSignal({ url: '', close: async () => { ${close} } }, log, 0);
    log.info({}, 'running');
    ${meanwhile}
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const says = (pattern: RegExp) => eventually(() => assert.match(output, pattern));
  return { child, says, output: () => output, exited: once(child, 'exit') };
}

describe('a signal', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} ends the process in order, with exit code 0`, async (t) => {
      const { child, says, exited } = start(t, "log.info({}, 'closed');");
      await says(/"msg":"running"/);
      child.kill(signal);
      assert.deepEqual(await exited, [0, null]);
      await says(/"msg":"closed"/);
    });
  }

  test('a second one ends it at once', async (t) => {
    const { child, says, exited } = start(t, "log.info({}, 'closing'); await new Promise(() => {});");
    await says(/"msg":"running"/);
    child.kill('SIGTERM');
    await says(/"msg":"closing"/);
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [1, null]);
  });
});

describe('what nobody catches is said without its text, and does not end the process', () => {
  const failures: readonly [what: string, code: string][] = [
    ['an exception', "setTimeout(() => { throw new Error('hunter2'); });"],
    ['a rejection', "Promise.reject(new Error('hunter2'));"],
    ['a rejection with a text', "Promise.reject('hunter2');"],
  ];
  for (const [what, code] of failures) {
    test(what, async (t) => {
      const { child, says, output, exited } = start(t, '', code);
      await says(/"msg":"an error was caught by nobody"/);
      child.kill('SIGTERM');
      assert.deepEqual(await exited, [0, null]);
      assert.doesNotMatch(output(), /hunter2/);
    });
  }

  test('nor does a reader of the log that goes away', async (t) => {
    const writing = `
      for (let line = 0; line < 50; line += 1) {
        log.info({}, 'line');
        await new Promise((done) => setTimeout(done, 2));
      }
      process.stderr.write('alive');`;
    const { child, says, exited } = start(t, '', writing);
    await says(/"msg":"running"/);
    child.stdout.destroy();
    await says(/alive/);
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
  });
});
