import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SyncOutcome } from '../../../../composite-controllers/controller.ts';
import { createExternalSecretController } from '../../../../composite-controllers/external-secret/sync.ts';
import type { JsonPatchOperation } from '../../../../composite-controllers/lib/json-patch.ts';
import type { KubeObject, SecretObject } from '../../../../composite-controllers/lib/objects.ts';
import type { Backends, ReadOptions } from '../../../../providers/backends.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import {
  appliedFields,
  externalSecret,
  meta,
  request,
  settings,
  spec,
  startOfTests,
  store,
  uid,
} from '../../../support/builders.ts';

interface World {
  now: number;
  values: Map<string, string>;
  failWith: ProviderError | undefined;
  reads: { key: string; options: ReadOptions }[];
  /** The Secrets of the cluster by name. */
  live: Map<string, SecretObject>;
  patches: { name: string; patch: readonly JsonPatchOperation[] }[];
  events: string[];
  parent: KubeObject;
  related: KubeObject[];
  version: number;
}

/** One ExternalSecret, its backend and its cluster; `pass` is one sync call, whose answer is applied unless told otherwise. */
function setup(parent: KubeObject, { adopt = 'always' as 'always' | 'never' } = {}) {
  const world: World = {
    now: startOfTests,
    values: new Map([['db', 'one']]),
    failWith: undefined,
    reads: [],
    live: new Map(),
    patches: [],
    events: [],
    parent,
    related: [store()],
    version: 1_000,
  };
  const backends: Backends = {
    async read(_store, _consumer, ref, options) {
      world.reads.push({ key: ref.key, options });
      if (world.failWith !== undefined) throw world.failWith;
      const value = world.values.get(ref.key);
      if (value === undefined) throw new ProviderError('NotFound', { what: ref.key });
      return {
        size: 1,
        value: () => Buffer.from(value),
        map: () => new Map(value === '' ? [] : [['key', Buffer.from(value)]]),
      };
    },
    find: async () => new Map(),
    check: async () => 'ready',
    health: () => ({ breaker: 'closed' }),
    close: async () => {},
  };
  const start = () =>
    createExternalSecretController({
      now: () => world.now,
      backends,
      secrets: {
        get: async (_namespace, name) => structuredClone(world.live.get(name)),
        async patch(_namespace, name, patch) {
          const secret = world.live.get(name);
          if (secret === undefined || patch[0]?.value !== secret.metadata.resourceVersion)
            return { kind: 'conflict' };
          world.patches.push({ name, patch });
          for (const { op, path } of patch) {
            if (op !== 'remove') continue;
            if (path.startsWith('/data/')) delete secret.data![path.slice(6)];
            if (path.startsWith('/metadata/ownerReferences/')) secret.metadata.ownerReferences = [];
            if (path === '/metadata/labels/controller-uid') delete secret.metadata.labels!['controller-uid'];
          }
          secret.metadata.resourceVersion = String(world.version++);
          return { kind: 'patched', secret };
        },
      },
      events: { record: (_object, type, reason) => void world.events.push(`${type} ${reason}`) },
      log: { debug() {}, info() {}, warn() {}, error() {} },
      settings: { ...settings, adopt },
    });
  let controller = start();
  const restart = () => {
    controller = start();
  };

  const owned = () =>
    [...world.live.values()].filter((secret) =>
      secret.metadata.ownerReferences?.some((owner) => owner.uid === uid),
    );

  /** One sync call. `writes: 'fail'` is a cluster that refuses the Secret while it takes the status. */
  const pass = async (writes: 'land' | 'fail' = 'land', children?: KubeObject[]): Promise<SyncOutcome> => {
    const body = JSON.parse(
      JSON.stringify(request(world.parent, { children: children ?? owned(), related: world.related })),
    );
    const outcome = await controller.sync(body, { signal: new AbortController().signal });
    if (outcome.kind === 'wait') return outcome;
    if (JSON.stringify(world.parent.status) !== JSON.stringify(outcome.response.status)) {
      world.parent.status = structuredClone(outcome.response.status);
      world.parent.metadata.resourceVersion = String(world.version++);
    }
    if (writes === 'land') apply(outcome.response.children as SecretObject[]);
    return outcome;
  };

  const apply = (children: readonly SecretObject[]) => {
    for (const secret of owned()) {
      if (!children.some((child) => child.metadata.name === secret.metadata.name))
        world.live.delete(secret.metadata.name);
    }
    for (const child of children) {
      const known = world.live.get(child.metadata.name);
      const secret: SecretObject = structuredClone(child);
      secret.data = { ...known?.data, ...secret.data };
      secret.metadata.labels = {
        ...known?.metadata.labels,
        ...secret.metadata.labels,
        'controller-uid': uid,
      };
      secret.metadata.ownerReferences = [
        { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'app', uid, controller: true },
      ];
      secret.metadata.managedFields = [appliedFields(child)];
      (secret.metadata.managedFields[0]!.fieldsV1!['f:metadata'] as Record<string, object>)['f:labels'] = {
        ...(appliedFields(child).fieldsV1['f:metadata'] as Record<string, object>)['f:labels'],
        'f:controller-uid': {},
      };
      if (
        JSON.stringify({ ...known, metadata: { ...known?.metadata, resourceVersion: '' } }) !==
        JSON.stringify({ ...secret, metadata: { ...secret.metadata, resourceVersion: '' } })
      ) {
        secret.metadata.resourceVersion = String(world.version++);
        world.live.set(child.metadata.name, secret);
      }
    }
  };

  const ready = () =>
    (
      world.parent.status as
        | { conditions?: { status: string; reason: string; message: string }[] }
        | undefined
    )?.conditions?.[0];
  const value = (name = 'app', key = 'password') =>
    Buffer.from(world.live.get(name)?.data?.[key] ?? '', 'base64').toString();
  return { world, pass, ready, value, restart };
}

test('the status says synced only once the Secret has been seen', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  await pass();
  assert.equal(value(), 'one');
  assert.equal(ready(), undefined);
  await pass();
  assert.equal(ready()?.reason, 'SecretSynced');
  assert.equal(world.reads.length, 1, 'seeing it costs no read');
  const after = JSON.stringify(world.parent);
  await pass();
  assert.equal(JSON.stringify(world.parent), after, 'and then nothing moves');
  assert.deepEqual(world.events, ['Normal Created']);
});

test('a value that has not changed moves the status and not the Secret', async () => {
  const { world, pass } = setup(externalSecret());
  await pass();
  await pass();
  const version = world.live.get('app')?.metadata.resourceVersion;
  world.now += 3_600_000;
  const before = (world.parent.status as { refreshTime: string }).refreshTime;
  await pass();
  assert.equal(world.live.get('app')?.metadata.resourceVersion, version);
  assert.notEqual((world.parent.status as { refreshTime: string }).refreshTime, before);
});

test('a write that fails beside a status that is written never says Ready, and lands when it can', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  await pass();
  await pass();
  world.now += 3_600_000;
  world.values.set('db', 'two');
  await pass('fail');
  assert.equal(ready()?.status, 'True', 'of the value before');
  world.now += 5_000;
  await pass('fail');
  assert.equal(ready()?.status, 'False');
  assert.match(ready()?.message ?? '', /SyncError/);
  const reads = world.reads.length;
  await pass('fail');
  assert.equal(world.reads.length, reads, 'the failure schedule holds the reads');
  await pass('land');
  assert.equal(value(), 'two', 'but not the write');
  assert.equal(ready()?.status, 'False');
  await pass();
  assert.equal(ready()?.status, 'True');
});

test('a backend that fails leaves the Secret, says why, and is asked at growing intervals', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  await pass();
  await pass();
  world.now += 3_600_000;
  world.failWith = new ProviderError('Unavailable', { status: 500 });
  for (let second = 0; second < 60; second++) {
    await pass();
    world.now += 1_000;
  }
  assert.equal(value(), 'one');
  assert.match(
    ready()?.message ?? '',
    /^could not get secret data from provider: .*spec\.data\[0\] \(key: db\).*HTTP 500.*To do:/,
  );
  assert.ok(world.reads.length <= 9, `${world.reads.length} reads in a minute`);
  world.failWith = undefined;
  world.now += 120_000;
  await pass();
  assert.equal(ready()?.status, 'True');
});

test('a refused key keeps the Secret too', async () => {
  const { world, pass, ready, value } = setup(externalSecret(spec({ target: { deletionPolicy: 'Delete' } })));
  await pass();
  await pass();
  world.now += 3_600_000;
  world.failWith = new ProviderError('Denied', { status: 403, what: 'db' });
  await pass();
  assert.equal(value(), 'one');
  assert.equal(ready()?.status, 'False');
});

test('not found keeps the Secret under Retain, and deletes it under Delete', async () => {
  const retain = setup(externalSecret());
  await retain.pass();
  await retain.pass();
  retain.world.values.clear();
  retain.world.now += 3_600_000;
  await retain.pass();
  assert.equal(retain.value(), 'one');
  assert.equal(retain.ready()?.status, 'False');

  const gone = setup(externalSecret(spec({ target: { deletionPolicy: 'Delete' } })));
  await gone.pass();
  await gone.pass();
  gone.world.values.clear();
  gone.world.now += 3_600_000;
  await gone.pass();
  assert.equal(gone.world.live.size, 0);
  await gone.pass();
  assert.equal(gone.ready()?.reason, 'SecretDeleted');
  const reads = gone.world.reads.length;
  await gone.pass();
  assert.equal(gone.world.reads.length, reads, 'its absence is what was wanted');
  gone.world.values.set('db', 'back');
  gone.world.now += 3_600_000;
  await gone.pass();
  await gone.pass();
  assert.equal(gone.value(), 'back');
  assert.equal(gone.ready()?.reason, 'SecretSynced');
});

test('an answer without any key deletes nothing', async () => {
  const { world, pass, ready, value } = setup(
    externalSecret(
      spec({ data: [], dataFrom: [{ extract: { key: 'db' } }], target: { deletionPolicy: 'Delete' } }),
    ),
  );
  await pass();
  await pass();
  world.values.set('db', '');
  world.now += 3_600_000;
  await pass();
  assert.equal(value('app', 'key'), 'one');
  assert.match(ready()?.message ?? '', /retained/);
});

test('one absent key among others goes, the others stay', async () => {
  const { world, pass, value } = setup(
    externalSecret(
      spec({
        target: { deletionPolicy: 'Delete' },
        data: [
          { secretKey: 'password', remoteRef: { key: 'db' } },
          { secretKey: 'user', remoteRef: { key: 'user' } },
        ],
      }),
    ),
  );
  world.values.set('user', 'admin');
  await pass();
  await pass();
  world.values.delete('user');
  world.now += 3_600_000;
  await pass();
  // The stand-in of this test does not prune: what counts is what was answered.
  assert.equal(value('app', 'password'), 'one');
});

test('a renamed target exists before the old one goes', async () => {
  const { world, pass, value } = setup(externalSecret());
  await pass();
  await pass();
  spec({ target: { name: 'renamed' } })(world.parent);
  meta({ generation: 2 })(world.parent);
  await pass();
  assert.equal(value('renamed'), 'one');
  assert.equal(value('app'), 'one');
  await pass();
  assert.deepEqual([...world.live.keys()], ['renamed']);
});

test('a renamed target that gets no value leaves the old one in place', async () => {
  const { world, pass, value } = setup(
    externalSecret(spec({ data: [], dataFrom: [{ extract: { key: 'db' } }] })),
  );
  await pass();
  await pass();
  world.values.set('db', '');
  spec({ target: { name: 'renamed' } })(world.parent);
  meta({ generation: 2 })(world.parent);
  for (let i = 0; i < 3; i++) await pass();
  assert.equal(value('app', 'key'), 'one');
});

test('keys of an old spec stay until the new Secret is written', async () => {
  const { world, pass, value } = setup(externalSecret());
  await pass();
  await pass();
  spec({ data: [{ secretKey: 'token', remoteRef: { key: 'db' } }] })(world.parent);
  meta({ generation: 2 })(world.parent);
  await pass('fail');
  assert.equal(value('app', 'password'), 'one');
  assert.deepEqual(world.patches, []);
});

test('an answer to an earlier spec is not stated for a later one', async () => {
  const { world, pass } = setup(externalSecret());
  await pass();
  await pass();
  world.values.set('db', 'two');
  meta({ annotations: { 'external-secrets.io/force-sync': '1' } })(world.parent);
  await pass('fail');
  world.failWith = new ProviderError('Denied');
  spec({ target: { name: 'renamed' } })(world.parent);
  meta({ generation: 2 })(world.parent);
  await pass('fail');
  world.now += 500;
  assert.equal((await pass('fail')).kind, 'wait');
});

test('after a restart a Secret that both caches show too old is stated as it is', async () => {
  const { world, pass, value, restart } = setup(externalSecret());
  await pass();
  await pass();
  const parent = structuredClone(world.parent);
  const old = structuredClone([...world.live.values()]);
  world.now += 3_600_000;
  world.values.set('db', 'two');
  await pass();
  await pass();
  restart();
  world.parent = parent;
  world.now -= 3_599_000;
  await pass('land', old);
  assert.equal(value(), 'two');
});

test('a status whose write was lost is answered again without a read', async () => {
  const { world, pass, ready } = setup(externalSecret());
  await pass();
  const before = structuredClone(world.parent);
  await pass();
  const { length } = world.reads;
  world.parent = before;
  world.now += 60_000;
  await pass();
  assert.equal(ready()?.reason, 'SecretSynced');
  assert.equal(
    (world.parent.status as { refreshTime: string }).refreshTime,
    new Date(startOfTests).toISOString().replace('.000', ''),
  );
  assert.equal(world.reads.length, length);
});

const foreign = (mod: (secret: SecretObject) => void): SecretObject => {
  const secret: SecretObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: 'app', namespace: 'team-a', uid: 'x', resourceVersion: '5' },
    data: { other: 'eA==' },
  };
  mod(secret);
  return secret;
};
const owner = (kind: string, name: string, apiVersion: string) => ({
  apiVersion,
  kind,
  name,
  uid: 'other',
  controller: true,
});

test('a Secret of another ExternalSecret is not taken', async () => {
  const { world, pass, ready } = setup(externalSecret());
  world.live.set(
    'app',
    foreign(
      (s) => (s.metadata.ownerReferences = [owner('ExternalSecret', 'else', 'external-secrets.io/v1')]),
    ),
  );
  const outcome = await pass();
  assert.equal(outcome.kind === 'answer' && outcome.response.children.length, 0);
  assert.match(ready()?.message ?? '', /^target is owned by another ExternalSecret/);
  assert.deepEqual(world.live.get('app')?.data, { other: 'eA==' });
});

test('a Secret of another controller is not taken', async () => {
  const { world, pass, ready } = setup(externalSecret());
  world.live.set(
    'app',
    foreign((s) => (s.metadata.ownerReferences = [owner('SealedSecret', 'app', 'bitnami.com/v1')])),
  );
  await pass();
  assert.match(ready()?.message ?? '', /^failed to take ownership of target secret: .*SealedSecret app/);
});

test('a Secret of nobody is adopted and its foreign keys are removed, or left alone with --adopt=never', async () => {
  const adopting = setup(externalSecret());
  adopting.world.live.set(
    'app',
    foreign(() => {}),
  );
  for (let i = 0; i < 4; i++) await adopting.pass();
  assert.deepEqual(Object.keys(adopting.world.live.get('app')?.data ?? {}), ['password']);
  assert.equal(adopting.ready()?.reason, 'SecretSynced');

  const careful = setup(externalSecret(), { adopt: 'never' });
  careful.world.live.set(
    'app',
    foreign(() => {}),
  );
  await careful.pass();
  assert.match(careful.ready()?.message ?? '', /nobody owns it/);
  assert.deepEqual(careful.world.live.get('app')?.data, { other: 'eA==' });
});

test('the Secret of an earlier ExternalSecret of the same name is taken over by a guarded patch', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  world.live.set(
    'app',
    foreign((s) => (s.metadata.ownerReferences = [owner('ExternalSecret', 'app', 'external-secrets.io/v1')])),
  );
  await pass();
  assert.equal(world.patches[0]?.patch[0]?.op, 'test');
  assert.equal(value(), 'one');
  for (let i = 0; i < 3; i++) await pass();
  assert.equal(ready()?.reason, 'SecretSynced');
});

test('an immutable Secret that holds something else is refused before it is owned', async () => {
  const { world, pass, ready } = setup(externalSecret());
  world.live.set(
    'app',
    foreign((s) => (s.immutable = true)),
  );
  await pass();
  assert.match(ready()?.message ?? '', /^could not update secret, target is immutable/);
  assert.equal(world.live.get('app')?.metadata.ownerReferences, undefined);
});

test('drift is repaired at once, and a fight over it every 30 s', async () => {
  const { world, pass, ready, value } = setup(externalSecret());
  const tamper = () => {
    const secret = world.live.get('app')!;
    secret.data = { password: 'dHdv' };
    secret.metadata.resourceVersion = String(world.version++);
  };
  await pass();
  await pass();
  tamper();
  await pass();
  await pass();
  assert.equal(value(), 'one');
  assert.equal(ready()?.status, 'True');
  tamper();
  world.now += 1_000;
  const outcome = await pass();
  assert.equal(value(), 'two');
  assert.ok(outcome.kind === 'answer' && (outcome.response.resyncAfterSeconds ?? 0) <= 30);
  world.now += 30_000;
  await pass();
  assert.equal(value(), 'one');
  assert.equal(world.events.filter((event) => event === 'Warning Repaired').length, 2);
});

test('a lagging cache never brings an old value back while an answer is on its way', async () => {
  const { world, pass, value } = setup(externalSecret());
  await pass();
  await pass();
  const old = structuredClone([...world.live.values()]);
  world.now += 3_600_000;
  world.values.set('db', 'two');
  await pass();
  assert.equal(value(), 'two');
  world.failWith = new ProviderError('Unavailable');
  world.now += 6_000;
  await pass('land', old);
  assert.equal(value(), 'two');
});

test('after a restart a failure is answered from the live Secret, not from a cache that may lag', async () => {
  const { world, pass, value, restart } = setup(externalSecret());
  await pass();
  await pass();
  const old = structuredClone([...world.live.values()]);
  world.now += 3_600_000;
  world.values.set('db', 'two');
  await pass();
  restart();
  world.failWith = new ProviderError('Unavailable');
  await pass('land', old);
  assert.equal(value(), 'two');
});

test('objects older than ones already seen change nothing', async () => {
  const { world, pass } = setup(externalSecret());
  const old = structuredClone(world.parent);
  await pass();
  await pass();
  world.parent = old;
  assert.equal((await pass()).kind, 'wait');
});

test('a restart with nothing due reads nothing and moves nothing', async () => {
  const { world, pass, restart } = setup(externalSecret());
  await pass();
  await pass();
  const before = JSON.stringify([world.parent, [...world.live]]);
  restart();
  await pass();
  assert.equal(world.reads.length, 1);
  assert.equal(JSON.stringify([world.parent, [...world.live]]), before);
});

test('a changed force-sync annotation asks for a read of its own', async () => {
  const { world, pass } = setup(externalSecret());
  await pass();
  await pass();
  world.now += 1_000;
  meta({ annotations: { 'external-secrets.io/force-sync': '1' } })(world.parent);
  await pass();
  assert.equal(world.reads.at(-1)?.options.notBefore, world.now);
});

test('a Secret above 1 MiB is refused before it is sent, naming the biggest keys and no value', async () => {
  const { world, pass, ready } = setup(externalSecret());
  world.values.set('db', 'x'.repeat(1_048_577));
  await pass();
  assert.match(ready()?.message ?? '', /password \(1048577 bytes\)/);
  assert.ok((ready()?.message.length ?? 0) < 500);
});

const replaceSpec = (broken: unknown) => (object: KubeObject) => {
  object.spec = broken;
};

for (const [name, broken] of Object.entries({
  'spec missing': undefined,
  'spec a string': 'x',
  'data a string': { data: 'abc' },
  'data of nulls': { data: [null] },
  'interval a number': { refreshInterval: 5, data: [] },
  'interval nonsense': {
    secretStoreRef: { name: 'vault' },
    refreshInterval: 'soon',
    data: [{ secretKey: 'a', remoteRef: { key: 'k' } }],
  },
})) {
  test(`a malformed spec (${name}) is refused clearly and changes nothing`, async () => {
    const { world, pass, ready } = setup(externalSecret(replaceSpec(broken)));
    const outcome = await pass();
    assert.equal(outcome.kind, 'answer');
    assert.equal(ready()?.status, 'False');
    assert.equal(world.reads.length, 0);
  });
}
