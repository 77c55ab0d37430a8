import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { rolloutDefinition } from '../../../../composite-controllers/definitions.ts';
import type { JsonPatchOperation } from '../../../../composite-controllers/lib/json-patch.ts';
import type { KubeObject, SecretObject } from '../../../../composite-controllers/lib/objects.ts';
import { consumedSecrets } from '../../../../composite-controllers/rollout/consumed.ts';
import { readSchedule } from '../../../../composite-controllers/rollout/schedule.ts';
import { createRolloutController } from '../../../../composite-controllers/rollout/sync.ts';
import { applyJsonPatch } from '../../../../local/api/json-patch.ts';
import { fingerprintsBy } from '../../../../server/fingerprints.ts';
import { deployment } from './workload.ts';

const keyOne = Buffer.alloc(32, 1);
const keyTwo = Buffer.alloc(32, 2);
const minute = 60_000;

/** A workload, its Secrets, and a hook that may be replaced at any time: it has no memory. */
const templateVersion = ({ spec }: KubeObject) =>
  (spec as { template: { metadata: { annotations?: Record<string, string> } } }).template.metadata
    .annotations?.['keyhook.dev/secrets'];

function oneWorkload(annotations: Record<string, string> = {}, podSpec?: object) {
  const world = {
    now: Date.parse('2026-03-02T10:00:30Z'),
    keys: [keyOne] as Uint8Array[],
    live: deployment(annotations, podSpec) as KubeObject | undefined,
    secrets: new Map<string, SecretObject>(),
    refusal: undefined as number | undefined,
    /** Whether the process ends at this moment: nothing that comes after it happens. */
    kill: () => false,
    /** Different versions of the pod template so far. */
    versions: new Set<string | undefined>(),
    /** Happens between the look at the live workload and its patch. */
    meanwhile: () => {},
    patches: [] as (readonly JsonPatchOperation[])[],
    events: [] as string[],
  };
  const refuse = () => {
    if (world.kill()) throw new Error('killed');
    if (world.refusal !== undefined) throw Object.assign(new Error('refused'), { status: world.refusal });
  };
  const bump = (object: KubeObject) => {
    object.metadata.resourceVersion = String(Number(object.metadata.resourceVersion) + 1);
  };
  const hook = () =>
    createRolloutController({
      now: () => world.now,
      secrets: {
        async get(_namespace, name) {
          refuse();
          return world.secrets.get(name);
        },
      },
      objects: {
        async get() {
          refuse();
          return structuredClone(world.live);
        },
        async patch(_object, patch) {
          refuse();
          world.meanwhile();
          const live = world.live;
          const version = patch.find(({ op }) => op === 'test')?.value;
          if (live === undefined || version !== live.metadata.resourceVersion) return { kind: 'conflict' };
          world.patches.push(patch);
          world.live = applyJsonPatch(live as never, patch.slice(1) as never) as unknown as KubeObject;
          bump(world.live);
          world.versions.add(templateVersion(world.live));
          // The answer is lost.
          if (world.kill()) throw new Error('killed');
          return { kind: 'patched', object: world.live };
        },
      },
      fingerprints: fingerprintsBy(world.keys),
      events: {
        record: (_object, type, reason, message) => world.events.push(`${type} ${reason}: ${message}`),
      },
      log: { debug() {}, info() {}, warn() {}, error() {} },
      settings: { rolloutIntervalMs: 30_000 },
    });
  const controller: KubeObject = { apiVersion: 'x/v1', kind: 'DecoratorController', metadata: { name: 'c' } };
  return {
    world,
    secret(name: string, data: Record<string, string> | undefined, metadata: object = {}) {
      if (data === undefined) world.secrets.delete(name);
      else
        world.secrets.set(name, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name, namespace: 'team-a', ...metadata },
          data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)])),
        });
    },
    /** A pass by a hook that has just started, about the given or the live workload. */
    async pass(shown?: KubeObject) {
      const object = shown ?? structuredClone(world.live!);
      const request = { controller, object, attachments: {}, related: {}, finalizing: false };
      const { resyncAfterSeconds, summary } = await hook().sync(request, {
        signal: AbortSignal.timeout(5_000),
      });
      return { ...summary, again: resyncAfterSeconds };
    },
    /** What a change of is a rollout. */
    version: () => templateVersion(world.live!),
    rollouts: () => [...world.versions].filter((version) => version !== undefined).length,
    data: (name: string) =>
      Object.fromEntries(
        Object.entries(world.secrets.get(name)?.data ?? {}).map(([key, value]) => [key, atob(value)]),
      ),
    annotate(name: string, value: string) {
      world.live!.metadata.annotations![name] = value;
      bump(world.live!);
    },
    change(podSpec: object) {
      (world.live!.spec as { template: { spec: object } }).template.spec = podSpec;
      bump(world.live!);
    },
  };
}

const settle = async (one: ReturnType<typeof oneWorkload>) => {
  for (let i = 0; i < 5; i++) if ((await one.pass()).decision === 'Keep') return;
  throw new Error('does not settle');
};

async function running(annotations: Record<string, string> = {}, podSpec?: object) {
  const one = oneWorkload(annotations, podSpec);
  one.secret('db', { password: 'one' });
  await settle(one);
  return one;
}

describe('a rollout', () => {
  it('does not come at the first sight of a workload: what its pods have is recorded', async () => {
    const one = await running();
    assert.equal(one.version(), undefined);
    assert.equal(one.world.patches.length, 1);
    assert.deepEqual(one.world.events, []);
  });

  it('comes once when the data has changed, and says why', async () => {
    const one = await running();
    one.secret('db', { password: 'two' });
    assert.equal((await one.pass()).decision, 'Rollout');
    const version = one.version();
    assert.match(version ?? '', /^[0-9a-f]{32}$/);
    await settle(one);
    for (let i = 0; i < 3; i++) assert.equal((await one.pass()).decision, 'Keep');
    assert.equal(one.version(), version);
    assert.equal(one.world.patches.length, 2);
    assert.deepEqual(one.world.events, [
      'Normal RolloutStarted: restarted since the data of Secret db has changed',
    ]);
  });

  it('does not come by what is no data: metadata, or keys in another order', async () => {
    const one = oneWorkload();
    one.secret('db', { a: '1', b: '2' });
    await settle(one);
    one.secret('db', { b: '2', a: '1' }, { labels: { new: 'label' }, resourceVersion: '99' });
    assert.equal((await one.pass()).decision, 'Keep');
  });

  it('comes for a key that is added, removed or renamed', async () => {
    for (const data of [{ password: 'one', more: '' }, {}, { passwore: 'one' }]) {
      const one = await running();
      one.secret('db', data as Record<string, string>);
      assert.equal((await one.pass()).decision, 'Rollout');
    }
  });

  it('comes again when the data is again what it was: each is a change of the pod template', async () => {
    const one = await running();
    const versions = new Set([one.version()]);
    for (const password of ['two', 'one', 'two']) {
      one.secret('db', { password });
      one.world.now += minute;
      assert.equal((await one.pass()).decision, 'Rollout');
      versions.add(one.version());
    }
    assert.equal(versions.size, 4);
  });

  it('does not come where the data is again what it was before it was time', async () => {
    const one = await running();
    one.secret('db', { password: 'two' });
    await one.pass();
    one.secret('db', { password: 'three' });
    assert.equal((await one.pass()).decision, 'Wait');
    one.secret('db', { password: 'two' });
    one.world.now += 5 * minute;
    assert.equal((await one.pass()).decision, 'Keep');
  });

  it('is one for all Secrets that have changed, whose names the event says', async () => {
    const podSpec = { volumes: [{ secret: { secretName: 'db' } }, { secret: { secretName: 'tls' } }] };
    const one = oneWorkload({}, podSpec);
    one.secret('db', { a: '1' });
    one.secret('tls', { a: '1' });
    await settle(one);
    one.secret('db', { a: '2' });
    one.secret('tls', { a: '2' });
    await one.pass();
    await settle(one);
    assert.equal(one.world.patches.length, 2);
    assert.match(one.world.events[0]!, /Secret db, tls/);
  });
});

describe('a Secret that is not there', () => {
  it('and comes, starts the pods that waited for it: no rollout', async () => {
    const one = oneWorkload();
    await settle(one);
    one.secret('db', { password: 'one' });
    await settle(one);
    assert.equal(one.version(), undefined);
    one.secret('db', { password: 'two' });
    assert.equal((await one.pass()).decision, 'Rollout');
  });

  it('but was, is compared with what it was when it is back', async () => {
    const one = await running();
    one.secret('db', undefined);
    assert.equal((await one.pass()).decision, 'Keep');
    one.secret('db', { password: 'one' });
    assert.equal((await one.pass()).decision, 'Keep');
    one.secret('db', undefined);
    one.secret('db', { password: 'two' });
    assert.equal((await one.pass()).decision, 'Rollout');
  });

  it('and is optional, is a change for the pods that run without it when it comes', async () => {
    const podSpec = { containers: [{ envFrom: [{ secretRef: { name: 'db', optional: true } }] }] };
    const one = oneWorkload({}, podSpec);
    await settle(one);
    one.secret('db', { password: 'one' });
    assert.equal((await one.pass()).decision, 'Rollout');
  });

  it('in the pod template any more, is forgotten; one that is new there is recorded', async () => {
    const one = await running();
    one.secret('other', { a: '1' });
    one.change({ containers: [{ envFrom: [{ secretRef: { name: 'other' } }] }] });
    assert.equal((await one.pass()).decision, 'Record');
    one.secret('db', { password: 'two' });
    assert.equal((await one.pass()).decision, 'Keep');
    one.secret('other', { a: '2' });
    assert.equal((await one.pass()).decision, 'Rollout');
  });
});

describe('when', () => {
  it('another one has begun less than the spacing ago, it waits for it', async () => {
    const one = await running({ 'keyhook.dev/rollout-min-spacing': '10m' });
    one.secret('db', { password: 'two' });
    await one.pass();
    one.secret('db', { password: 'three' });
    assert.deepEqual(await one.pass(), {
      decision: 'Wait',
      reason: 'NotYet',
      again: (await one.pass()).again,
    });
    one.world.now += 9 * minute;
    assert.equal((await one.pass()).decision, 'Wait');
    one.world.now += minute;
    assert.equal((await one.pass()).decision, 'Rollout');
  });

  it('its windows are closed, it waits until one opens, and tells what is new meanwhile', async () => {
    const windows = { kind: 'allow', windows: [{ schedule: '0 22 * * *', duration: '2h' }] };
    const one = await running({ 'keyhook.dev/rollout-windows': JSON.stringify(windows) });
    one.secret('db', { password: 'two' });
    const { decision, again } = await one.pass();
    assert.equal(decision, 'Wait');
    assert.ok((again ?? 0) <= 30);
    one.world.now = Date.parse('2026-03-02T23:00:00Z');
    assert.equal((await one.pass()).decision, 'Rollout');
  });

  it('its annotations say nothing sensible, none comes, and an event says so', async () => {
    const wrong = [
      { 'keyhook.dev/rollout-min-spacing': 'soon' },
      { 'keyhook.dev/rollout-min-spacing': '-1m' },
      { 'keyhook.dev/rollout-windows': 'at night' },
      { 'keyhook.dev/rollout-windows': '{"kind":"allow","windows":[]}' },
      {
        'keyhook.dev/rollout-windows':
          '{"kind":"allow","windows":[{"schedule":"0 99 * * *","duration":"1h"}]}',
      },
    ];
    for (const annotations of wrong) {
      const one = oneWorkload(annotations);
      one.secret('db', { password: 'one' });
      assert.deepEqual(await one.pass(), {
        decision: 'Refuse',
        reason: 'Invalid',
        code: 'RolloutInvalid',
        again: 60,
      });
      assert.match(
        one.world.events[0] ?? '',
        /^Warning RolloutInvalid: no rollout begins: keyhook\.dev\/rollout-/,
      );
      assert.equal(one.world.patches.length, 0);
    }
  });
});

describe('whoever restarts or lags', () => {
  it('a stale cache decides nothing: the live workload does', async () => {
    const one = await running();
    const stale = structuredClone(one.world.live!);
    one.secret('db', { password: 'two' });
    await one.pass();
    const patches = one.world.patches.length;
    assert.equal((await one.pass(stale)).decision, 'Keep');
    assert.equal(one.world.patches.length, patches);
  });

  it('of two hooks at once one writes, and the other one sees it', async () => {
    const one = await running();
    one.secret('db', { password: 'two' });
    one.world.meanwhile = () => {
      one.world.meanwhile = () => {};
      one.annotate('somebody', 'else');
    };
    assert.deepEqual(await one.pass(), { decision: 'Hold', reason: 'Conflict', again: 1 });
    await Promise.all([one.pass(), one.pass()]);
    await settle(one);
    assert.equal(one.world.events.filter((event) => event.includes('RolloutStarted')).length, 1);
  });

  it('a new key beside the old one is taken over without a rollout, and changes are still seen', async () => {
    const one = await running();
    one.world.keys = [keyTwo, keyOne];
    assert.equal((await one.pass()).decision, 'Record');
    assert.equal(one.version(), undefined);
    one.secret('db', { password: 'two' });
    assert.equal((await one.pass()).decision, 'Rollout');
    one.world.keys = [keyTwo];
    assert.equal((await one.pass()).decision, 'Keep');
  });

  it('a key that is gone makes no rollout, and an event says what cannot be told', async () => {
    const one = await running();
    one.world.keys = [keyTwo];
    await settle(one);
    assert.equal(one.version(), undefined);
    assert.match(one.world.events[0] ?? '', /RolloutBaselineLost: whether the data of Secret db has changed/);
  });

  it('an API server that does not answer, or refuses, changes nothing', async () => {
    for (const [status, again] of [
      [0, 5],
      [403, 60],
      [500, 5],
    ]) {
      const one = await running();
      one.secret('db', { password: 'two' });
      one.world.refusal = status;
      const { decision, again: after, code } = await one.pass();
      assert.deepEqual([decision, after, code], ['Hold', again, 'Kubernetes']);
      one.world.refusal = undefined;
      assert.equal((await one.pass()).decision, 'Rollout');
    }
  });

  it('a workload that is being deleted, is gone or another one is left alone', async () => {
    const one = oneWorkload();
    one.secret('db', { password: 'one' });
    one.world.live!.metadata.deletionTimestamp = '2026-03-02T10:00:00Z';
    assert.equal((await one.pass()).decision, 'Keep');
    delete one.world.live!.metadata.deletionTimestamp;
    const shown = structuredClone(one.world.live!);
    one.world.live!.metadata.uid = 'another';
    assert.deepEqual(await one.pass(shown), { decision: 'Keep', reason: 'Gone', again: undefined });
  });
});

describe('no value leaves', () => {
  it('and equal Secrets do not look equal', async () => {
    const podSpec = { volumes: [{ secret: { secretName: 'db' } }, { secret: { secretName: 'tls' } }] };
    const one = oneWorkload({}, podSpec);
    one.secret('db', { password: 'hunter2' });
    one.secret('tls', { password: 'hunter2' });
    await settle(one);
    const text = JSON.stringify(one.world.live);
    assert.doesNotMatch(text, /hunter2|aHVudGVyMg/);
    const { secrets } = JSON.parse(one.world.live!.metadata.annotations!['keyhook.dev/rollout-baseline']!);
    assert.notEqual(secrets.db.split('.')[1], secrets.tls.split('.')[1]);
  });
});

describe('the example', () => {
  it('says what the hook can read', () => {
    const path = join(import.meta.dirname, '../../../../examples/rollout/deployment.yaml');
    const example = parse(readFileSync(path, 'utf8')) as KubeObject;
    assert.ok(!('problem' in readSchedule(example)));
    assert.deepEqual([...consumedSecrets(example)], [['app', 'required']]);
    const { resources } = rolloutDefinition({ hookUrl: 'https://hook' }).spec as {
      resources: { annotationSelector: { matchAnnotations: Record<string, string> } }[];
    };
    for (const { annotationSelector } of resources)
      for (const [name, value] of Object.entries(annotationSelector.matchAnnotations))
        assert.equal(example.metadata.annotations?.[name], value);
  });
});

describe('random kills', () => {
  /** Kills happen before and after each call of the API server, so that its answer may be lost. */
  it('of the hook during 500 changes lose no rollout and make none', async () => {
    const one = await running({ 'keyhook.dev/rollout-min-spacing': '0s' });
    let seed = 7;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    let kills = 0;
    for (let change = 0; change < 500; change++) {
      const isChange = random() < 0.7;
      if (isChange) one.secret('db', { password: `v${change}` });
      else one.secret('db', JSON.parse(JSON.stringify(one.data('db'))), { labels: { touched: `${change}` } });
      const before = one.rollouts();
      const stale = random() < 0.3 ? structuredClone(one.world.live!) : undefined;
      for (let round = 0; round < 3; round++) {
        one.world.kill = () => random() < 0.4;
        const killed = await one.pass(round === 0 ? stale : undefined).then(
          ({ code }) => code !== undefined,
          () => true,
        );
        if (killed) kills++;
      }
      one.world.kill = () => false;
      await settle(one);
      one.world.now += 1_000;
      assert.equal(one.rollouts() - before, isChange ? 1 : 0, `change ${change}`);
    }
    assert.ok(kills >= 200, `${kills} kills`);
  });
});
