import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refreshing } from '../../../../composite-controllers/external-secret/attempt.ts';
import { readWorld } from '../../../../composite-controllers/external-secret/world.ts';
import { writeApplied } from '../../../../composite-controllers/external-secret/write-applied.ts';
import type { SecretObject } from '../../../../composite-controllers/lib/objects.ts';
import type { TargetSecrets } from '../../../../composite-controllers/lib/ports.ts';
import { externalSecret, request, settings, spec, startOfTests } from '../../../support/builders.ts';

const live: SecretObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'app', namespace: 'team-a', uid: 'u', resourceVersion: '7' },
  data: {},
};
const content = { data: new Map([['password', Buffer.from('one')]]), labels: {}, annotations: {} };

/** One write with an API server that answers as told; what was applied comes out beside the attempt. */
async function written(
  answers: Partial<TargetSecrets>,
  { creationPolicy = 'CreateOrMerge', signal = new AbortController().signal } = {},
) {
  const applied: SecretObject[] = [];
  const secrets: TargetSecrets = {
    get: async () => live,
    patch: () => Promise.reject(new Error('there is nothing to patch')),
    async apply(secret) {
      applied.push(secret);
      return { kind: 'applied', secret: { ...live, ...secret } };
    },
    ...answers,
  };
  const world = readWorld(request(externalSecret(spec({ target: { creationPolicy } }))), startOfTests);
  const attempt = await writeApplied(
    {
      world,
      refresh: { kind: 'Refresh', reason: 'First', id: '1-id' },
      facts: undefined,
      readAt: startOfTests,
      fail: (failure) => ({ kind: 'answer', child: undefined, outcome: { kind: 'Failed', failure } }),
      deps: {
        secrets,
        settings,
        events: { record() {} },
        log: { info() {} },
        signal,
      } as unknown as Refreshing['deps'],
    },
    content,
  );
  return { attempt, applied };
}

test('an apply is bound to the very Secret that was looked at', async () => {
  const { attempt, applied } = await written({});
  assert.deepEqual(
    applied.map(({ metadata: { uid, resourceVersion } }) => [uid, resourceVersion]),
    [['u', '7']],
  );
  assert.equal(attempt.kind, 'answer');
});

test('when it has moved on meanwhile, or its marks have, the pass is asked for again and says nothing', async () => {
  const moved = await written({ apply: async () => ({ kind: 'conflict' }) });
  assert.equal(moved.attempt.kind, 'again');
  const created = {
    ...live,
    metadata: { ...live.metadata, labels: { 'controller-uid': externalSecret().metadata.uid! } },
  };
  const marked = await written({ get: async () => created, patch: async () => ({ kind: 'conflict' }) });
  assert.deepEqual([marked.attempt.kind, marked.applied], ['again', []]);
});

test('foreign keys that cannot be removed yet leave Ready as it is', async () => {
  const withForeign = { ...live, data: { theirs: 'eA==' } };
  const { attempt } = await written(
    {
      get: async () => withForeign,
      apply: async (secret) => ({
        kind: 'applied',
        secret: { ...withForeign, ...secret, data: { ...withForeign.data, ...secret.data } },
      }),
      patch: async () => ({ kind: 'conflict' }),
    },
    { creationPolicy: 'Orphan' },
  );
  assert.equal(attempt.kind, 'again');
});

test('a pass that nobody waits for any more writes nothing', async () => {
  const { attempt, applied } = await written({}, { signal: AbortSignal.abort() });
  assert.deepEqual([attempt.kind, applied], ['again', []]);
});

test('an API server that does not answer is no refusal', async () => {
  const failing = (status: number) => async () => {
    throw Object.assign(new Error('x'), { status });
  };
  for (const status of [0, 500, 503]) await assert.rejects(written({ apply: failing(status) }), { status });
  const { attempt } = await written({ apply: failing(403) });
  assert.equal(attempt.kind === 'answer' && attempt.outcome.kind, 'Failed');
});
