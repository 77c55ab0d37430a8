import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Work } from '../../../composite-controllers/template/work.ts';
import type { ThreadOptions } from '../../../server/template-thread.ts';
import { createTemplateRunner } from '../../../server/templates.ts';

const never = new AbortController().signal;
const runners: ReturnType<typeof createTemplateRunner>[] = [];
after(() => Promise.all(runners.map(({ close }) => close())));

function runner(options: Partial<ThreadOptions> = {}) {
  const made = createTemplateRunner({
    timeoutMs: 60_000,
    maxWaiting: 64,
    maxOfTenant: 64,
    idleMs: 60_000,
    ...options,
  });
  runners.push(made);
  return made;
}

function work(text: string): Work {
  return {
    jobs: [{ name: 'k', text, as: 'text' }],
    values: new Map([['password', Buffer.from('s3cret')]]),
    now: 0,
  };
}

/** Derives a key 200 times: many seconds, all within the budget of the thread. */
const slowForLong = '{{ range 200 }}{{ derivePassword 1 "long" $.password "u" "s" }}{{ end }}';

function textOf(result: Awaited<ReturnType<ReturnType<typeof runner>['run']>>): string {
  assert.equal(result.kind, 'rendered');
  return Buffer.from(result.kind === 'rendered' ? (result.results[0] as Uint8Array) : []).toString();
}

describe('the runner of templates', () => {
  it('answers what is quick at once', async () => {
    assert.equal(textOf(await runner().run('a', work('{{ .password | upper }}'), never)), 'S3CRET');
  });

  it('lets the process go on while a slow function runs', async () => {
    let turns = 0;
    const turning = setInterval(() => turns++, 5);
    const result = await runner().run('a', work('{{ bcrypt .password }}{{ bcrypt .password }}'), never);
    clearInterval(turning);
    assert.match(textOf(result), /^\$2a\$10\$.{53}\$2a\$10\$/);
    assert.ok(turns > 3, `the process had ${turns} turns meanwhile`);
  });

  it('gives large templates their full budget in the thread, and no more', async () => {
    const { run } = runner();
    assert.equal(textOf(await run('a', work('{{ range 50000 }}x{{ end }}'), never)).length, 50_000);
    const bomb = await run('a', work('{{ range 100000 }}{{ range 100000 }}x{{ end }}{{ end }}'), never);
    assert.equal(bomb.kind === 'failed' && bomb.fault.code, 'TooManySteps');
  });

  it('ends what takes too long, and goes on with the next', async () => {
    const { run } = runner({ timeoutMs: 700 });
    const [stopped, next] = await Promise.all([
      run('a', work(slowForLong), never),
      run('a', work('{{ genPrivateKey "ed25519" }}'), never),
    ]);
    assert.deepEqual(stopped, { kind: 'stopped' });
    assert.match(textOf(next), /^-----BEGIN PRIVATE KEY-----/);
  });

  it('lets only so many wait', async () => {
    const { run, close } = runner({ maxWaiting: 1 });
    const first = run('a', work(slowForLong), never);
    assert.deepEqual(await run('a', work(slowForLong), never), { kind: 'busy' });
    await close();
    assert.deepEqual(await first, { kind: 'stopped' });
    assert.deepEqual(await run('a', work(slowForLong), never), { kind: 'busy' });
  });

  it('lets tenants take turns, however much one of them brings', async () => {
    const { run } = runner({ maxOfTenant: 4 });
    const order: string[] = [];
    const slow = async (tenant: string) => {
      const { kind } = await run(tenant, work('{{ bcrypt .password }}'), never);
      order.push(kind === 'busy' ? 'busy' : tenant);
    };
    await Promise.all(['a', 'a', 'a', 'a', 'a', 'b', 'c', 'b'].map(slow));
    assert.deepEqual(order, ['busy', 'a', 'b', 'c', 'a', 'b', 'a', 'a']);
  });

  it('lets go of work that nobody waits for any more', async () => {
    const { run } = runner();
    const caller = new AbortController();
    const left = run('a', work(slowForLong), caller.signal);
    caller.abort(new Error('gone'));
    await assert.rejects(left, /gone/);
    assert.match(textOf(await run('a', work('{{ bcrypt .password }}'), never)), /^\$2a/);
  });
});
