import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createFingerprints, fingerprintsBy } from '../../../server/fingerprints.ts';
import { createLogger } from '../../../server/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { tempDir } from '../../support/temp-dir.ts';

const log = createLogger('silent');
const old = 'the-token-of-last-month';
const young = 'the-token-of-this-month';

async function started(content: string) {
  const file = join(tempDir('fingerprints'), 'token');
  await writeFile(file, content);
  const fingerprints = await createFingerprints({ keyFiles: [file], log, intervalMs: 20 });
  return { file, ...fingerprints };
}

const parts = (...texts: string[]) => texts.map((text) => Buffer.from(text));

describe('fingerprints', () => {
  it('tell parts apart by their borders, and depend on the key', () => {
    const { of } = fingerprintsBy([Buffer.from('k')]);
    assert.notDeepEqual(of(parts('ab', 'c')), of(parts('a', 'bc')));
    assert.notDeepEqual(of(parts('a', '')), of(parts('a')));
    assert.notDeepEqual(of(parts('a')), fingerprintsBy([Buffer.from('l')]).of(parts('a')));
    assert.match(of(parts('a'))[0] ?? '', /^[0-9a-f]{32}$/);
  });

  it('are the same in every process with the same files', async () => {
    const [a, b] = [await started(`${old}\n`), await started(old)];
    assert.deepEqual(a.of(parts('x')), b.of(parts('x')));
    a.stop();
    b.stop();
  });

  it('follow a rotation: the newest key first, the old one as long as it is there', async () => {
    const { file, of, stop } = await started(old);
    const before = of(parts('x'));
    await writeFile(file, `${young}\n${old}\n`);
    await eventually(async () => assert.equal(of(parts('x')).length, 2));
    assert.equal(of(parts('x'))[1], before[0]);
    await writeFile(file, 'short');
    await writeFile(file, young);
    await eventually(async () => assert.equal(of(parts('x')).length, 1));
    stop();
  });

  it('cannot be had of nothing, or of what is easily guessed', async () => {
    await assert.rejects(started('\n'), /hold none/);
    await assert.rejects(started('short'), /under 16 characters/);
    await assert.rejects(
      createFingerprints({ keyFiles: ['/nowhere'], log, intervalMs: 1_000 }),
      /cannot be read/,
    );
  });

  it('end with the process when there is no file', async () => {
    const [a, b] = await Promise.all(
      [1, 2].map(() => createFingerprints({ keyFiles: [], log, intervalMs: 1_000 })),
    );
    assert.notDeepEqual(a?.of(parts('x')), b?.of(parts('x')));
  });
});
