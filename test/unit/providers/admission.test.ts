import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from '../../../providers/admission.ts';

/** Work that ends when told to. */
function job() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { end: resolve, run: () => promise };
}

test('what never had a value goes before what only gets a newer one', async () => {
  const admission = createAdmission({ slots: 1, maxWaitMs: 10_000 });
  const order: string[] = [];
  const first = job();
  const running = admission.run('refresh', first.run);
  const refresh = admission.run('refresh', async () => void order.push('refresh'));
  const firstSync = admission.run('first-sync', async () => void order.push('first-sync'));
  first.end();
  await Promise.all([running, refresh, firstSync]);
  assert.deepEqual(order, ['first-sync', 'refresh']);
});

test('whoever finds no slot in time is told so and takes no slot later', async () => {
  const admission = createAdmission({ slots: 1, maxWaitMs: 5 });
  const first = job();
  const running = admission.run('refresh', first.run);
  await assert.rejects(
    admission.run('refresh', async () => {}),
    { code: 'Busy' },
  );
  first.end();
  await running;
  await admission.run('refresh', async () => {});
});

test('a failure frees its slot', async () => {
  const admission = createAdmission({ slots: 1, maxWaitMs: 5 });
  await assert.rejects(
    admission.run('refresh', async () => {
      throw new Error('x');
    }),
  );
  await admission.run('refresh', async () => {});
});
