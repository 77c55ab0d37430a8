import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { meta, spec, store } from '../../../support/builders.ts';
import { pushSecret, readyOf, setupPush, sourceSecret, syncedIn } from '../../../support/one-push-secret.ts';

const entry = (secretKey: string, remoteKey: string, property?: string) => ({
  match: { secretKey, remoteRef: { remoteKey, ...(property === undefined ? {} : { property }) } },
  conversionStrategy: 'None',
});
const changed = (parent: KubeObject, fields: object) => {
  parent.metadata.generation = (parent.metadata.generation ?? 0) + 1;
  parent.spec = { ...(parent.spec as object), ...fields };
};
const down = new ProviderError('Unavailable', { status: 503 });
const statusOf = (parent: KubeObject) => (parent.status ?? {}) as Record<string, unknown>;

describe('a push', () => {
  test('writes the value once, and says so when it is in place', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    const outcome = await pass(parent);
    assert.deepEqual([...world.held], [['vault: db', 'one']]);
    assert.equal(readyOf(parent)?.reason, 'Synced');
    assert.equal(readyOf(parent)?.message, 'PushSecret synced successfully');
    assert.equal(statusOf(parent).refreshTime, '2026-03-01T10:00:00Z');
    assert.deepEqual(statusOf(parent).syncedPushSecrets, {
      'SecretStore/vault': { db: entry('password', 'db') },
    });
    assert.deepEqual(world.events, ['Normal Synced: PushSecret synced successfully']);
    assert.ok(outcome.kind === 'answer' && (outcome.response.resyncAfterSeconds ?? 0) <= 3_600);

    world.calls = [];
    const before = structuredClone(parent.status);
    await pass(parent);
    assert.deepEqual(world.calls, [], 'nothing is due: no backend is asked');
    assert.deepEqual(parent.status, before);
  });

  test('follows a change of the source at once, and only then writes again', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent);
    world.objects[3] = sourceSecret({ password: 'two' }, meta({ resourceVersion: '11' }));
    await pass(parent);
    assert.equal(world.held.get('vault: db'), 'two');
    assert.deepEqual(
      world.calls.filter((call) => call.startsWith('write')),
      ['write vault: db', 'write vault: db'],
    );
  });

  test('that a restart follows makes no call when nothing is due', async () => {
    const { world, pass, restart } = setupPush();
    const parent = pushSecret();
    await pass(parent);
    restart();
    world.calls = [];
    world.asked = [];
    await pass(parent);
    assert.deepEqual([world.calls, world.asked], [[], []]);
  });

  test('whose status is lost is answered again, and written once', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent, 'is lost');
    assert.equal(parent.status, undefined);
    await pass(parent);
    assert.equal(readyOf(parent)?.reason, 'Synced');
    assert.deepEqual(world.calls, ['push vault: db', 'write vault: db']);
  });

  test('is repeated when it is due, and repairs what somebody changed in the backend', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent);
    world.held.set('vault: db', 'somebody else');
    world.now += 3_600_001;
    await pass(parent);
    assert.equal(world.held.get('vault: db'), 'one');
    assert.equal(world.events.length, 1, 'a push that time alone asked for is no news');
  });

  test('with refreshInterval 0 is repeated for a change only', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret(spec({ refreshInterval: '0' }));
    const outcome = await pass(parent);
    assert.ok(outcome.kind === 'answer' && outcome.response.resyncAfterSeconds === undefined);
    world.calls = [];
    world.now += 1e10;
    await pass(parent);
    assert.deepEqual(world.calls, []);
  });
});

describe('updatePolicy IfNotExists', () => {
  test('leaves what is there alone, records it, and writes what is not', async () => {
    const { world, pass } = setupPush();
    world.held.set('vault: db', 'theirs');
    const parent = pushSecret(
      spec({ updatePolicy: 'IfNotExists', data: [entry('password', 'db'), entry('password', 'new')] }),
    );
    await pass(parent);
    assert.deepEqual(Object.fromEntries(world.held), { 'vault: db': 'theirs', 'vault: new': 'one' });
    assert.deepEqual(syncedIn(parent), ['SecretStore/vault db', 'SecretStore/vault new']);
    assert.match(readyOf(parent)?.message ?? '', /Existing secrets in providers unchanged\.$/);
  });

  test('says when the question could not be asked', async () => {
    const { world, pass } = setupPush();
    world.failing = [{ call: /exists/, error: down }];
    const parent = pushSecret(spec({ updatePolicy: 'IfNotExists' }));
    await pass(parent);
    assert.match(
      readyOf(parent)?.message ?? '',
      /^set secret failed: could not verify if secret exists in store: vault: .*HTTP 503/,
    );
    assert.deepEqual(syncedIn(parent), []);
  });
});

describe('failures', () => {
  test('half-way: the others are in place and recorded, and are not written again', async () => {
    const { world, pass } = setupPush();
    world.failing = [{ call: /push vault: two/, error: new ProviderError('Denied', { what: 'two' }) }];
    const parent = pushSecret(
      spec({ data: [entry('password', 'one'), entry('password', 'two'), entry('password', 'three')] }),
    );
    await pass(parent);
    assert.deepEqual([...world.held.keys()], ['vault: one', 'vault: three']);
    assert.deepEqual(syncedIn(parent), ['SecretStore/vault one', 'SecretStore/vault three']);
    assert.equal(readyOf(parent)?.reason, 'Errored');
    assert.match(
      readyOf(parent)?.message ?? '',
      /^set secret failed: could not write remote ref two to target secretstore vault: the backend refused access to "two"/,
    );
    assert.match(
      world.events[0] ?? '',
      /^Warning Errored: set secret failed: could not write remote ref two/,
    );

    world.calls = [];
    await pass(parent);
    assert.deepEqual(world.calls, [], 'the waiting time of the failure runs');
    world.now += 31_000;
    world.failing = [];
    await pass(parent);
    assert.deepEqual(world.calls, ['push vault: two', 'write vault: two']);
    assert.equal(readyOf(parent)?.status, 'True');
    assert.equal(statusOf(parent).retry, undefined);
  });

  test('of the backend: what may have taken effect is recorded, what was refused is not', async () => {
    for (const [error, recorded] of [
      [down, ['SecretStore/vault db']],
      [new ProviderError('NotOwned', { what: 'db' }), []],
    ] as const) {
      const { world, pass } = setupPush();
      world.failing = [{ call: /push/, error }];
      const parent = pushSecret();
      await pass(parent);
      assert.deepEqual(syncedIn(parent), recorded, error.code);
      assert.equal(readyOf(parent)?.status, 'False');
    }
  });

  test('that are none: a busy backend is asked again, and no condition says anything', async () => {
    const { world, pass } = setupPush();
    world.failing = [{ call: /push vault: two/, error: new ProviderError('Conflict', { what: 'two' }) }];
    const parent = pushSecret(spec({ data: [entry('password', 'one'), entry('password', 'two')] }));
    const outcome = await pass(parent);
    assert.ok(outcome.kind === 'answer' && outcome.response.resyncAfterSeconds === 2);
    assert.equal(readyOf(parent), undefined);
    assert.deepEqual(syncedIn(parent), ['SecretStore/vault one', 'SecretStore/vault two']);
    world.failing = [];
    await pass(parent);
    assert.equal(readyOf(parent)?.status, 'True');
  });

  test('of the Kubernetes API change nothing', async () => {
    const { world, pass } = setupPush();
    world.kubeFails = 403;
    const outcome = await pass(pushSecret());
    assert.equal(outcome.kind, 'wait');
    assert.match(world.events[0] ?? '', /HTTP 403/);
  });

  test('that the spec itself holds are told without a call', async () => {
    const cases: readonly [fields: object, message: RegExp][] = [
      [
        { secretStoreRefs: [{ name: 'other', kind: 'SecretStore' }] },
        /^could not get store: SecretStore "other"/,
      ],
      [{ selector: { secret: {} } }, /selector\.secret: must have name or selector/],
      [{ refreshInterval: '1x' }, /refreshInterval/],
      [{ template: { data: { a: '{{ .x' } } }, /template\.data\.a/],
    ];
    for (const [fields, message] of cases) {
      const { world, pass } = setupPush();
      const parent = pushSecret(spec(fields));
      await pass(parent);
      assert.match(readyOf(parent)?.message ?? '', message);
      assert.deepEqual(world.calls, []);
    }
  });

  test('of a key that the Secret lacks name it', async () => {
    const { pass } = setupPush();
    const parent = pushSecret(spec({ data: [entry('nothing', 'db')] }));
    await pass(parent);
    assert.match(readyOf(parent)?.message ?? '', /^set secret failed: secret key nothing does not exist/);
  });

  test('end with what they waited for, without a change of the spec', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent);
    const [, , vault] = world.objects.splice(2, 1, { ...store(), kind: 'ConfigMap' });
    await pass(parent);
    assert.equal(readyOf(parent)?.status, 'False');
    world.objects[2] = vault ?? store();
    await pass(parent);
    assert.equal(readyOf(parent)?.status, 'True');
  });
});

describe('what left the spec', () => {
  const two = spec({ data: [entry('password', 'one'), entry('password', 'two')] });

  test('is deleted under deletionPolicy Delete, after what is new is in place', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret(two);
    await pass(parent);
    world.calls = [];
    changed(parent, { data: [entry('password', 'one'), entry('password', 'new')] });
    await pass(parent);
    assert.deepEqual([...world.held.keys()], ['vault: one', 'vault: new']);
    assert.deepEqual(world.calls.at(-1), 'delete vault: two');
    assert.deepEqual(syncedIn(parent), ['SecretStore/vault new', 'SecretStore/vault one']);
  });

  test('stays under None, and is forgotten', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret(two, spec({ deletionPolicy: 'None' }));
    await pass(parent);
    changed(parent, { data: [entry('password', 'one')] });
    await pass(parent);
    assert.equal(world.held.size, 2);
    assert.deepEqual(syncedIn(parent), ['SecretStore/vault one']);
  });

  test('stays recorded while it cannot be deleted', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret(two);
    await pass(parent);
    world.failing = [{ call: /delete/, error: down }];
    changed(parent, { data: [entry('password', 'one')] });
    await pass(parent);
    assert.match(
      readyOf(parent)?.message ?? '',
      /^Failed to Delete Secrets from Provider: could not delete remote ref two of SecretStore\/vault: /,
    );
    assert.deepEqual(syncedIn(parent), ['SecretStore/vault one', 'SecretStore/vault two']);
    world.failing = [];
    world.now += 31_000;
    await pass(parent);
    assert.deepEqual([...world.held.keys()], ['vault: one']);
    assert.equal(readyOf(parent)?.status, 'True');
  });

  test('is not deleted with what is in the same secret of the backend now', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent);
    changed(parent, { data: [entry('password', 'db', 'password')] });
    await pass(parent);
    assert.ok(!world.calls.some((call) => call.startsWith('delete')));
    changed(parent, { data: [entry('password', 'db')] });
    await pass(parent);
    assert.ok(!world.calls.some((call) => call.startsWith('delete')));
  });

  test('of a store that is targeted no more goes out of that store', async () => {
    const { world, pass } = setupPush();
    world.objects.push(store(meta({ name: 'other', uid: 'other-uid' })));
    const parent = pushSecret();
    await pass(parent);
    changed(parent, { secretStoreRefs: [{ name: 'other', kind: 'SecretStore' }] });
    await pass(parent);
    assert.deepEqual([...world.held.keys()], ['other: db']);
    assert.deepEqual(syncedIn(parent), ['SecretStore/other db']);
  });
});

describe('the source Secret', () => {
  test('that is deleted takes what was pushed along, once', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent);
    const [source] = world.objects.splice(3, 1);
    const outcome = await pass(parent);
    assert.equal(world.held.size, 0);
    assert.equal(readyOf(parent)?.reason, 'SourceDeleted');
    assert.equal(readyOf(parent)?.message, 'source secret deleted; provider secrets cleaned up');
    assert.equal(statusOf(parent).refreshTime, '2026-03-01T10:00:00Z', 'untouched');
    assert.deepEqual(syncedIn(parent), []);
    assert.ok(outcome.kind === 'answer' && outcome.response.resyncAfterSeconds === undefined);

    world.calls = [];
    world.now += 1e9;
    await pass(parent);
    assert.deepEqual(world.calls, []);

    world.objects.push(source ?? sourceSecret({}));
    await pass(parent);
    assert.equal(world.held.get('vault: db'), 'one');
    assert.equal(readyOf(parent)?.status, 'True');
  });

  test('that is deleted is an error under deletionPolicy None, and so is one that never was', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret(spec({ deletionPolicy: 'None' }));
    await pass(parent);
    world.objects.splice(3, 1);
    await pass(parent);
    assert.match(readyOf(parent)?.message ?? '', /^could not get source secret: Secret "source" not found/);
    assert.equal(world.held.size, 1);
    assert.deepEqual(syncedIn(parent), ['SecretStore/vault db']);
  });

  test('is read live: what a lagging cache shows is not pushed, and its absence deletes nothing', async () => {
    const { world, pass } = setupPush();
    const parent = pushSecret();
    await pass(parent);
    const before = world.objects;
    world.objects = [
      ...before.slice(0, 3),
      sourceSecret({ password: 'two' }, meta({ resourceVersion: '12' })),
    ];
    await pass(parent);
    world.shown = before;
    await pass(parent);
    assert.equal(world.held.get('vault: db'), 'two');
    world.shown = before.slice(0, 3);
    await pass(parent);
    assert.equal(world.held.get('vault: db'), 'two');
    assert.equal(readyOf(parent)?.status, 'True');
  });

  test('may be many by their labels, all of the own namespace: GHSA-fcxq-v2r3-cc8h', async () => {
    const { world, pass, customize } = setupPush();
    const labelled = (name: string, namespace: string, value: string) =>
      sourceSecret(
        { [name]: value },
        meta({ name, namespace, uid: `${namespace}-${name}`, labels: { push: 'yes' } }),
      );
    world.objects.push(
      labelled('a', 'team-a', 'mine'),
      labelled('b', 'team-a', 'mine too'),
      labelled('c', 'team-b', 'of another tenant'),
    );
    const parent = pushSecret(
      spec({
        selector: { secret: { selector: { matchLabels: { push: 'yes' } } } },
        data: undefined,
        dataTo: [{ storeRef: { name: 'vault', kind: 'SecretStore' }, conversionStrategy: 'None' }],
      }),
    );
    await pass(parent);
    assert.deepEqual(Object.fromEntries(world.held), { 'vault: a': 'mine', 'vault: b': 'mine too' });
    assert.ok(world.asked.every((name) => name.startsWith('team-a/')));
    for (const rule of customize(parent)) {
      if ('labelSelector' in rule) assert.equal(rule.namespace, 'team-a');
    }
    // One that stops matching takes what it pushed along.
    world.objects[4]!.metadata.labels = {};
    world.objects[4]!.metadata.resourceVersion = '99';
    await pass(parent);
    assert.deepEqual([...world.held.keys()], ['vault: b']);
  });

  test('GHSA-fcxq-v2r3-cc8h: a caller that shows Secrets of other namespaces gets none of them pushed', async () => {
    const { world, pass } = setupPush();
    const foreign = sourceSecret({ password: 'of another tenant' }, meta({ namespace: 'team-b', uid: 'x' }));
    const parent = pushSecret(
      spec({
        selector: { secret: { selector: {} } },
        data: undefined,
        dataTo: [{ storeRef: { name: 'vault', kind: 'SecretStore' }, conversionStrategy: 'None' }],
      }),
    );
    world.objects = [...world.objects.filter(({ kind }) => kind !== 'Secret'), foreign];
    await pass(parent);
    assert.equal(world.held.size, 0);
    assert.deepEqual(world.asked, []);
  });

  test('matched by none is a success with nothing pushed', async () => {
    const { pass } = setupPush();
    const parent = pushSecret(spec({ selector: { secret: { selector: { matchLabels: { no: 'one' } } } } }));
    await pass(parent);
    assert.equal(readyOf(parent)?.reason, 'Synced');
    assert.deepEqual(syncedIn(parent), []);
  });
});
