import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type AuthOptions, createAuthenticator } from '../../../server/auth.ts';
import { createLogger } from '../../../server/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { captureLog } from '../../support/log-capture.ts';
import { tempDir } from '../../support/temp-dir.ts';

const root = tempDir('auth');
let dirs = 0;

/** A new directory of this test file. */
function newDir(): string {
  const path = join(root, String(dirs++));
  mkdirSync(path);
  return path;
}

const old = 'old-token-0123456789';
const next = 'new-token-0123456789';

function fileWith(content: string): string {
  const path = join(newDir(), 'tokens');
  writeFileSync(path, content);
  return path;
}

async function authenticator(tokenFiles: readonly string[], options: Partial<AuthOptions> = {}) {
  const log = captureLog();
  const auth = await createAuthenticator({
    tokenFiles,
    clientCertificates: 'ignored',
    log: createLogger('trace', log.stream),
    intervalMs: 10,
    ...options,
  });
  const accepts = (authorization?: string, socket: object = new Socket()) => {
    const request = new IncomingMessage(socket as Socket);
    if (authorization !== undefined) request.headers.authorization = authorization;
    return auth.accepts(request);
  };
  return { accepts, log, stop: auth.stop };
}

describe('a token', () => {
  test('opens, and nothing that is almost one', async (t) => {
    const { accepts, stop } = await authenticator([fileWith(`${old}\n`)]);
    t.after(stop);
    for (const header of [`Bearer ${old}`, `bearer ${old}`, `Bearer  ${old} `])
      assert.equal(accepts(header), true, header);
    for (const header of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      old,
      `Basic ${old}`,
      `Bearer ${old}x`,
      `Bearer ${old.slice(1)}`,
      `Bearer ${old.toUpperCase()}`,
      `Bearer ${old} ${old}`,
      `Bearer x, Bearer ${old}`,
    ])
      assert.equal(accepts(header), false, String(header));
  });

  test('is one of many: several lines and several files are accepted together', async (t) => {
    const { accepts, stop } = await authenticator([fileWith(`\n${old}\r\n\n`), fileWith(next)]);
    t.after(stop);
    assert.deepEqual([accepts(`Bearer ${old}`), accepts(`Bearer ${next}`)], [true, true]);
  });
});

describe('rotation without a restart', () => {
  test('the new token opens and the old one no longer does, also when a mounted Secret swaps its symlink', async (t) => {
    const dir = newDir();
    const target = join(dir, 'tokens');
    writeFileSync(join(dir, 'first'), old);
    writeFileSync(join(dir, 'second'), next);
    symlinkSync('first', target);
    const { accepts, stop } = await authenticator([target]);
    t.after(stop);
    symlinkSync('second', join(dir, 'swap'));
    renameSync(join(dir, 'swap'), target);
    await eventually(() => assert.equal(accepts(`Bearer ${next}`), true));
    assert.equal(accepts(`Bearer ${old}`), false);
  });

  test('a file that is gone, empty or holds a short token leaves the former tokens valid, and is said once', async (t) => {
    const path = fileWith(old);
    const { accepts, log, stop } = await authenticator([path]);
    t.after(stop);
    const warnings = () => log.records().filter(({ level }) => level === 'warn').length;
    let expected = 0;
    // Whole at any moment: a file that is looked at while it is written is empty.
    const put = (content: string) => {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    };
    for (const content of ['', 'short', undefined]) {
      if (content === undefined) renameSync(path, `${path}.gone`);
      else put(content);
      expected += 1;
      await eventually(() => assert.equal(warnings(), expected));
      assert.equal(accepts(`Bearer ${old}`), true);
    }
    put(next);
    await eventually(() => assert.equal(accepts(`Bearer ${next}`), true));
    assert.equal(warnings(), expected);
    assert.doesNotMatch(log.text(), /token-0123/);
  });
});

describe('a start without a usable token is refused, in words that quote nothing', () => {
  const cases: readonly [what: string, files: () => string[]][] = [
    ['a missing file', () => [join(newDir(), 'none')]],
    ['an empty file', () => [fileWith('\n \n')]],
    ['a token that can be guessed', () => [fileWith('hunter2')]],
  ];
  for (const [what, files] of cases) {
    test(what, async () => {
      await assert.rejects(authenticator(files()), (error: Error) => !error.message.includes('hunter2'));
    });
  }
});

describe('a client certificate', () => {
  test('opens only where a CA for clients is set, and only when TLS has verified it', async (t) => {
    const accepting = await authenticator([], { clientCertificates: 'accepted' });
    const ignoring = await authenticator([fileWith(old)]);
    t.after(accepting.stop);
    t.after(ignoring.stop);
    assert.equal(accepting.accepts(undefined, { authorized: true }), true);
    assert.equal(accepting.accepts(undefined, { authorized: false }), false);
    assert.equal(accepting.accepts(undefined), false, 'plain HTTP');
    assert.equal(ignoring.accepts(undefined, { authorized: true }), false);
  });
});
