import assert from 'node:assert/strict';
import { describe, mock, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { createEventWriter } from '../../../server/events.ts';
import { type KubeApi, KubeApiError } from '../../../server/kube-api.ts';

const object = (name = 'app', uid = name): KubeObject => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name, namespace: 'team-a', uid, resourceVersion: '7' },
});

/** An event writer on a clock of the test, and what it wrote. */
function writer(t: TestContext, fail: (verb: 'create' | 'patch') => boolean = () => false) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2026-03-01T10:00:00.250Z') });
  const created: KubeObject[] = [];
  const patched: { name: string; patch: object }[] = [];
  const refuse = (verb: 'create' | 'patch') => {
    if (fail(verb)) throw new KubeApiError(404, 'NotFound');
  };
  const api: Pick<KubeApi, 'create' | 'mergePatch'> = {
    async create(_, event) {
      refuse('create');
      created.push(event);
      return event;
    },
    async mergePatch(_type, _namespace, name, patch) {
      refuse('patch');
      patched.push({ name, patch });
      return created[0] as KubeObject;
    },
  };
  const onDropped = mock.fn();
  const events = createEventWriter({ api, now: Date.now, onDropped });
  /** Lets that much time pass, and everything happen that is due by then. */
  const pass = async (seconds: number) => {
    for (let step = 0; step <= seconds; step += 1) {
      t.mock.timers.tick(step === 0 ? 0 : 1_000);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    }
  };
  const messages = () => created.map(({ message }) => message);
  return { events, created, patched, onDropped, pass, messages };
}

test('an event looks as ESO makes it, on the object that it is about', async (t) => {
  const { events, created, pass } = writer(t);
  events.record(object(), 'Warning', 'UpdateFailed', 'the backend refused access to "db"');
  await pass(0);
  const [{ metadata, ...event }] = created as [KubeObject];
  assert.match(metadata.name, /^app\.[0-9a-f]{16}$/);
  assert.equal(metadata.namespace, 'team-a');
  assert.deepEqual(event, {
    apiVersion: 'v1',
    kind: 'Event',
    involvedObject: {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      name: 'app',
      namespace: 'team-a',
      uid: 'app',
      resourceVersion: '7',
    },
    type: 'Warning',
    reason: 'UpdateFailed',
    message: 'the backend refused access to "db"',
    count: 1,
    firstTimestamp: '2026-03-01T10:00:00Z',
    lastTimestamp: '2026-03-01T10:00:00Z',
    source: { component: 'external-secrets' },
    reportingComponent: 'external-secrets',
    reportingInstance: '',
  });
});

test('events of cluster-scoped objects go to the namespace default; long names and messages are cut', async (t) => {
  const { events, created, pass } = writer(t);
  const metadata = { name: `${'a'.repeat(199)}-${'b'.repeat(53)}`, uid: 'u' };
  events.record(
    { apiVersion: 'v1', kind: 'ClusterSecretStore', metadata },
    'Normal',
    'Valid',
    'x'.repeat(5_000),
  );
  await pass(0);
  const [event] = created as [KubeObject];
  assert.equal(event.metadata.namespace, 'default');
  assert.match(event.metadata.name, /^a{199}\.[0-9a-f]{16}$/);
  assert.equal(String(event.message).length, 1_024);
  assert.equal((event.involvedObject as { namespace?: string }).namespace, undefined);
});

describe('one object costs at most one write a minute', () => {
  test('what is said again is counted, in the same event', async (t) => {
    const { events, created, patched, pass } = writer(t);
    events.record(object(), 'Warning', 'UpdateFailed', 'm');
    await pass(0);
    for (let second = 0; second < 59; second += 1) {
      events.record(object(), 'Warning', 'UpdateFailed', 'm');
      await pass(1);
    }
    assert.deepEqual([created.length, patched.length], [1, 0]);
    await pass(3);
    assert.deepEqual(patched, [
      { name: created[0]?.metadata.name, patch: { count: 60, lastTimestamp: '2026-03-01T10:00:58Z' } },
    ]);
  });

  test('what is said besides follows in order, a minute each; other objects do not wait', async (t) => {
    const { events, messages, pass } = writer(t);
    for (const message of ['a', 'b', 'c']) events.record(object(), 'Normal', 'Updated', message);
    events.record(object('other'), 'Normal', 'Updated', 'd');
    await pass(1);
    assert.deepEqual(messages(), ['a', 'd']);
    await pass(61);
    assert.deepEqual(messages(), ['a', 'd', 'b']);
    await pass(61);
    assert.deepEqual(messages(), ['a', 'd', 'b', 'c']);
  });

  test('an object that was made anew under the same name is another one', async (t) => {
    const { events, created, pass } = writer(t);
    events.record(object('app', 'first'), 'Normal', 'Created', 'm');
    events.record(object('app', 'second'), 'Normal', 'Created', 'm');
    await pass(0);
    assert.equal(created.length, 2);
  });
});

test('an event that expired meanwhile is made anew', async (t) => {
  const { events, created, pass } = writer(t, (verb) => verb === 'patch');
  for (let round = 0; round < 2; round += 1) {
    events.record(object(), 'Normal', 'Updated', 'm');
    await pass(61);
  }
  assert.equal(created.length, 2);
});

test('a slow API server is written to about 8 objects at a time', async () => {
  const waiting: (() => void)[] = [];
  const api = {
    create: (_: unknown, event: KubeObject) =>
      new Promise<KubeObject>((resolve) => waiting.push(() => resolve(event))),
    mergePatch: () => assert.fail('nothing was said twice'),
  };
  const events = createEventWriter({ api, now: Date.now, onDropped: () => assert.fail('it was dropped') });
  for (let index = 0; index < 20; index += 1) events.record(object(`o${index}`), 'Normal', 'Updated', 'm');
  const closed = events.close(10_000);
  const underWay: number[] = [];
  for (let written = 0; written < 20; written += underWay.at(-1) ?? 0) {
    await sleep(1);
    underWay.push(waiting.length);
    for (const answer of waiting.splice(0)) answer();
  }
  await closed;
  assert.equal(Math.max(...underWay), 8);
});

describe('best effort', () => {
  test('a refused write is counted as dropped and hurts nobody', async (t) => {
    const { events, onDropped, pass } = writer(t, () => true);
    events.record(object(), 'Normal', 'Updated', 'm');
    await pass(0);
    assert.equal(onDropped.mock.callCount(), 1);
  });

  test('what does not fit is dropped: 8 different events of one object, 1,000 in all', async (t) => {
    const { events, onDropped } = writer(t);
    for (let index = 0; index < 10; index += 1) events.record(object(), 'Normal', 'Updated', String(index));
    assert.equal(onDropped.mock.callCount(), 2);
    for (let index = 0; index < 1_000; index += 1)
      events.record(object(`o${index}`), 'Normal', 'Updated', 'm');
    assert.equal(onDropped.mock.callCount(), 2 + 8);
  });

  test('what cannot be an event does not throw', async (t) => {
    const { events, pass } = writer(t);
    events.record({ metadata: {} } as KubeObject, 'Normal', 'Updated', 'm');
    await pass(0);
  });
});

describe('at the end', () => {
  test('everything pending is written at once, and nothing is taken any more', async (t) => {
    const { events, messages, onDropped } = writer(t);
    for (const message of ['a', 'b', 'c']) events.record(object(), 'Normal', 'Updated', message);
    await events.close(1_000);
    assert.deepEqual(messages(), ['a', 'b', 'c']);
    events.record(object(), 'Normal', 'Updated', 'd');
    assert.equal(onDropped.mock.callCount(), 1);
  });

  test('an API server that does not answer is not waited for', async () => {
    const api = {
      create: () => new Promise<never>(() => {}),
      mergePatch: () => new Promise<never>(() => {}),
    };
    const events = createEventWriter({ api, now: Date.now, onDropped() {} });
    events.record(object(), 'Normal', 'Updated', 'm');
    const kept = setTimeout(() => {}, 60_000);
    await events.close(10);
    clearTimeout(kept);
  });
});
