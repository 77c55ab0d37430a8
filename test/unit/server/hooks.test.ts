import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { describe, test } from 'node:test';
import type { HookRequest } from '../../../composite-controllers/controller.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { bodyOf } from '../../../server/errors.ts';
import { createGate } from '../../../server/gate.ts';
import {
  answering,
  controllerThat,
  customizeBody,
  hookApp,
  parent,
  syncBody,
} from '../../support/hook-app.ts';

const sync = '/hooks/externalsecret/sync';
const customize = '/hooks/externalsecret/customize';

const secret = (data: string): string =>
  `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"app","namespace":"team-a"},"data":${data}}`;
const withChild = (child: string): string =>
  JSON.stringify(syncBody).replace('"children":{}', `"children":{"Secret.v1":{"team-a/app":${child}}}`);
const withParent = (fields: object) => ({ ...syncBody, parent: { ...parent, ...fields } });

describe('a sync call', () => {
  test('reaches its controller as it was sent, and the answer is status 200 with JSON', async () => {
    let seen: HookRequest | undefined;
    const controller = controllerThat((request) => {
      seen = request;
      return answering({ status: { conditions: [] }, resyncAfterSeconds: 30 });
    });
    const response = await hookApp(controller).post(sync, { ...syncBody, finalizing: true });
    assert.equal(response.statusCode, 200);
    assert.deepEqual(response.json(), { status: { conditions: [] }, children: [], resyncAfterSeconds: 30 });
    assert.deepEqual(seen, { ...syncBody, finalizing: true });
  });

  test('about a cluster-scoped parent needs no namespace', async () => {
    const body = withParent({ metadata: { name: 'a', uid: 'b' } });
    assert.equal((await hookApp(controllerThat(() => answering())).post(sync, body)).statusCode, 200);
  });

  test('carries Secrets whose keys are __proto__ and constructor, there and back', async () => {
    const data = '{"__proto__":"YQ==","constructor":"Yg==","prototype":"Yw=="}';
    const controller = controllerThat(({ children }) => {
      const child = children['Secret.v1']?.['team-a/app'] as KubeObject;
      const kept = Object.fromEntries(Object.entries(child.data as object));
      return answering({ children: [{ ...child, data: kept }] });
    });
    const response = await hookApp(controller).post(sync, withChild(secret(data)));
    assert.equal(response.statusCode, 200);
    assert.ok(response.body.includes(`"data":${data}`), 'every key came back with its value');
  });

  for (const [seconds, expected] of [
    [2, '2'],
    [2.1, '3'],
    [0, '1'],
    [-5, '1'],
    [Number.NaN, '1'],
    [1e9, '3600'],
  ] as const) {
    test(`that has to wait ${seconds} s is answered 429, Retry-After ${expected}`, async () => {
      const summary = { decision: 'Release', reason: 'Patched' };
      const response = await hookApp(controllerThat(() => ({ kind: 'wait', seconds, summary }))).post(
        sync,
        syncBody,
      );
      assert.equal(response.statusCode, 429);
      assert.equal(response.headers['retry-after'], expected);
      assert.equal(response.body, bodyOf('Wait'));
    });
  }

  const bugs: readonly [what: string, sync: Parameters<typeof controllerThat>[0]][] = [
    [
      'throws',
      () => {
        throw new Error('the value is hunter2');
      },
    ],
    [
      'throws an error that claims to be an answer',
      () => {
        throw Object.assign(new Error('hunter2'), { statusCode: 200, status: 404 });
      },
    ],
    [
      'throws no error',
      () => {
        throw 'hunter2';
      },
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
    ],
    ['answers with a child without a kind', () => answering({ children: [{ ...parent, kind: '' }] })],
    ['answers with nothing', () => ({ ...answering(), response: undefined }) as never],
    ['answers undefined', () => undefined as never],
  ];
  for (const [what, bug] of bugs) {
    test(`whose controller ${what} is answered 500, with a constant body`, async () => {
      const { post, log } = hookApp(controllerThat(bug));
      const response = await post(sync, syncBody);
      assert.equal(response.statusCode, 500);
      assert.equal(response.body, bodyOf('Bug'));
      assert.equal(log.records().filter(({ level }) => level === 'error').length, 1);
      assert.doesNotMatch(log.text(), /hunter2/);
    });
  }

  test('is told when its deadline comes, and may still answer what it has', async () => {
    const controller = controllerThat(
      (_, { signal }) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve(answering({ resyncAfterSeconds: 9 }))),
        ),
    );
    const response = await hookApp(controller, { deadlineMs: 20 }).post(sync, syncBody);
    assert.equal(response.statusCode, 200);
    assert.equal(response.json().resyncAfterSeconds, 9);
  });

  test('that does not end, or ends by the abort, is answered 429: nothing changes and no event is made', async () => {
    const never = controllerThat(() => new Promise(() => {}));
    const aborted = controllerThat(
      (_, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    for (const controller of [never, aborted]) {
      const response = await hookApp(controller, { deadlineMs: 20 }).post(sync, syncBody);
      assert.equal(response.statusCode, 429);
      assert.equal(response.body, bodyOf('Overdue'));
      assert.match(String(response.headers['retry-after']), /^[1-9]\d*$/);
    }
  });

  test('tells its controller that the caller has left', { timeout: 20_000 }, async (t) => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
    const controller = controllerThat((_, { signal }) => {
      signal.addEventListener('abort', () => abort());
      arrive();
      return new Promise(() => {});
    });
    const { app } = hookApp(controller, { deadlineMs: 60_000 });
    t.after(() => app.close());
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const request = httpRequest(url + sync, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    request.on('error', () => {});
    request.end(JSON.stringify(syncBody));
    await arrived;
    request.destroy();
    await aborted;
  });

  test('beyond the limit of calls is answered 429 before its body is read; customize passes', async () => {
    const gate = createGate({ maxBytes: 1 << 20, maxCalls: 1, random: () => 0.99 });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { post } = hookApp(
      controllerThat(
        async () => released.then(() => answering()),
        () => ({ relatedResources: [] }),
      ),
      { gate },
    );
    const first = post(sync, syncBody);
    await new Promise((done) => setImmediate(done));
    const refused = await post(sync, 'not even JSON');
    assert.equal(refused.statusCode, 429);
    assert.equal(refused.body, bodyOf('Busy'));
    assert.equal(refused.headers['retry-after'], '4');
    assert.equal((await post(customize, customizeBody)).statusCode, 200);
    release();
    assert.equal((await first).statusCode, 200);
    assert.equal((await post(sync, syncBody)).statusCode, 200);
    assert.equal(gate.bytes(), 0, 'every call gave its bytes back');
  });
});

describe('a customize call', () => {
  const rule = { apiVersion: 'v1', resource: 'secretstores', namespace: 'team-a', names: ['vault'] };

  test('is answered with the rules of its controller, or with none', async () => {
    const some = hookApp(
      controllerThat(
        () => answering(),
        () => ({ relatedResources: [rule] }),
      ),
    );
    assert.deepEqual((await some.post(customize, customizeBody)).json(), { relatedResources: [rule] });
    const none = hookApp(controllerThat(() => answering()));
    assert.deepEqual((await none.post(customize, customizeBody)).json(), { relatedResources: [] });
  });

  for (const [what, wrong] of [
    ['without names, which would ask for every object of the kind', { ...rule, names: [] }],
    ['of another namespace', { ...rule, namespace: 'team-b' }],
    ['without a resource', { ...rule, resource: '' }],
  ] as const) {
    test(`never sends a rule ${what}`, async () => {
      const { post } = hookApp(
        controllerThat(
          () => answering(),
          () => ({ relatedResources: [rule, wrong] }),
        ),
      );
      const response = await post(customize, customizeBody);
      assert.equal(response.statusCode, 500);
      assert.equal(response.body, bodyOf('Bug'));
    });
  }
});

describe('a finalize call', () => {
  const finalize = '/hooks/externalsecret/finalize';
  const finalizing = {
    ...controllerThat(() => answering()),
    finalize: async () => answering({ finalized: true }),
  };
  const deleted = withParent({
    metadata: { ...parent.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  });

  test('reaches a controller that has the hook, which alone may let the parent go', async () => {
    const { post } = hookApp(finalizing);
    const response = await post(finalize, { ...deleted, finalizing: true });
    assert.equal(response.statusCode, 200);
    assert.deepEqual(response.json(), { status: {}, children: [], finalized: true });
    assert.equal((await hookApp(controllerThat(() => answering())).post(finalize, deleted)).statusCode, 404);
  });

  test('that lets nothing go yet keeps the series of the parent, and the last one ends them', async () => {
    let isOver = false;
    const status = { conditions: [{ type: 'Ready', status: 'False' }] };
    const controller = {
      ...controllerThat(() => answering()),
      finalize: async () => answering(isOver ? { finalized: true } : { status }),
    };
    const { post, metrics } = hookApp(controller);
    const isKnown = async () => (await metrics.expose()).text.includes('externalsecret_status_condition{');
    await post(finalize, deleted);
    assert.equal(await isKnown(), true);
    isOver = true;
    await post(finalize, deleted);
    assert.equal(await isKnown(), false);
  });
});
