import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookRequest } from '../../../../composite-controllers/controller.ts';
import { decide } from '../../../../composite-controllers/external-secret/decide.ts';
import {
  attemptVersion,
  dueAt,
  refreshId,
} from '../../../../composite-controllers/external-secret/refresh.ts';
import { readWorld } from '../../../../composite-controllers/external-secret/world.ts';
import {
  childSecret,
  externalSecret,
  meta,
  request,
  settings,
  spec,
  startOfTests,
  status,
  store,
  syncedAt,
} from '../../../support/builders.ts';

const minute = 60_000;
const soon = startOfTests + 1_000;

interface Case {
  readonly name: string;
  readonly request: HookRequest;
  readonly now?: number;
  readonly expect: string;
}

const synced = (...mods: Parameters<typeof externalSecret>) =>
  externalSecret(...mods, syncedAt(startOfTests));
const child = childSecret({ password: 'one' });

const cases: readonly Case[] = [
  { name: 'never synced', request: request(externalSecret()), expect: 'Refresh First' },
  { name: 'synced, not due', request: request(synced(), { children: [child] }), expect: 'Keep NotDue' },
  {
    name: 'an interval later at the latest',
    request: request(synced(), { children: [child] }),
    now: startOfTests + 60 * minute,
    expect: 'Refresh Due',
  },
  {
    name: 'interval zero is never due by time',
    request: request(synced(spec({ refreshInterval: '0' })), { children: [child] }),
    now: startOfTests + 1_000 * minute,
    expect: 'Keep NotDue',
  },
  {
    name: 'interval zero ignores changes of the spec, as in ESO',
    request: request(
      externalSecret(spec({ refreshInterval: '0s' }), syncedAt(startOfTests), meta({ generation: 2 })),
      {
        children: [child],
      },
    ),
    expect: 'Keep NotDue',
  },
  {
    name: 'a changed spec',
    request: request(externalSecret(syncedAt(startOfTests), meta({ generation: 2 })), { children: [child] }),
    expect: 'Refresh Changed',
  },
  {
    name: 'a changed annotation, such as force-sync',
    request: request(
      externalSecret(
        syncedAt(startOfTests),
        meta({ annotations: { 'external-secrets.io/force-sync': '1' } }),
      ),
      { children: [child] },
    ),
    expect: 'Refresh Changed',
  },
  {
    name: "Metacontroller's own annotations change nothing",
    request: request(
      externalSecret(syncedAt(startOfTests), meta({ annotations: { 'metacontroller.k8s.io/x': '1' } })),
      { children: [child] },
    ),
    expect: 'Keep NotDue',
  },
  {
    name: 'CreatedOnce is not refreshed by time or change',
    request: request(
      externalSecret(spec({ refreshPolicy: 'CreatedOnce' }), syncedAt(startOfTests), meta({ generation: 5 })),
      { children: [child] },
    ),
    now: startOfTests + 1_000 * minute,
    expect: 'Keep NotDue',
  },
  {
    name: 'CreatedOnce repairs what somebody deleted',
    request: request(synced(spec({ refreshPolicy: 'CreatedOnce' }))),
    expect: 'Refresh Missing',
  },
  {
    name: 'OnChange is not refreshed by time',
    request: request(synced(spec({ refreshPolicy: 'OnChange' })), { children: [child] }),
    now: startOfTests + 1_000 * minute,
    expect: 'Keep NotDue',
  },
  {
    name: 'OnChange is refreshed by change',
    request: request(
      externalSecret(spec({ refreshPolicy: 'OnChange' }), syncedAt(startOfTests), meta({ generation: 2 })),
      { children: [child] },
    ),
    expect: 'Refresh Changed',
  },
  {
    name: 'a refreshTime from the future',
    request: request(externalSecret(syncedAt(startOfTests + 10 * minute)), { children: [child] }),
    expect: 'Refresh Due',
  },
  { name: 'the Secret is gone', request: request(synced()), expect: 'Refresh Missing' },
  {
    name: 'data was edited',
    request: request(synced(), {
      children: [
        childSecret({ password: 'one' }, undefined, (secret) => (secret.data = { password: 'dHdv' })),
      ],
    }),
    expect: 'Refresh Drifted',
  },
  {
    name: 'a foreign key was added',
    request: request(synced(), {
      children: [
        childSecret(
          { password: 'one' },
          undefined,
          (secret) => (secret.data = { ...secret.data, extra: 'eA==' }),
        ),
      ],
    }),
    expect: 'Refresh Drifted',
  },
  {
    name: 'the managed label was removed',
    request: request(synced(), {
      children: [
        childSecret(
          { password: 'one' },
          undefined,
          (secret) => delete secret.metadata.labels!['reconcile.external-secrets.io/managed'],
        ),
      ],
    }),
    expect: 'Refresh Drifted',
  },
  {
    name: 'the Secret carries the refresh that the status recorded',
    request: request(externalSecret(syncedAt(startOfTests, 'r1')), {
      children: [childSecret({ password: 'one' }, 'r1')],
    }),
    expect: 'Keep NotDue',
  },
  {
    name: 'a lagging cache shows the Secret of an older refresh',
    request: request(externalSecret(syncedAt(startOfTests, 'r2')), {
      children: [childSecret({ password: 'one' }, 'r1')],
    }),
    expect: 'Refresh Unconfirmed',
  },
  {
    name: 'deleted by deletionPolicy: its absence is what was recorded',
    request: request(externalSecret(syncedAt(startOfTests, 'none'))),
    expect: 'Keep NotDue',
  },
  {
    name: 'deleted by deletionPolicy, and there again',
    request: request(externalSecret(syncedAt(startOfTests, 'none')), { children: [child] }),
    expect: 'Refresh Drifted',
  },
  {
    name: 'being deleted',
    request: request(externalSecret(meta({ deletionTimestamp: '2026-03-01T10:00:00Z' }))),
    expect: 'Keep BeingDeleted',
  },
  {
    name: 'the store is somebody else’s',
    request: request(externalSecret(), { related: [store(spec({ controller: 'other' }))] }),
    expect: 'Keep OtherClass',
  },
  {
    name: 'the store is missing',
    request: request(externalSecret(), { related: [] }),
    expect: 'Refuse StoreMissing',
  },
  {
    name: 'the store has not been validated',
    request: request(externalSecret(), { related: [store((object) => delete object.status)] }),
    expect: 'Refuse StoreNotChecked',
  },
  {
    name: 'a store that is not ready costs a synced Secret nothing',
    request: request(synced(), { children: [child], related: [store((object) => delete object.status)] }),
    expect: 'Keep NotDue',
  },
  {
    name: 'neither data nor dataFrom',
    request: request(externalSecret(spec({ data: [] }))),
    expect: 'Refuse SpecInvalid',
  },
  {
    name: 'an entry without a store',
    request: request(externalSecret(spec({ secretStoreRef: undefined }))),
    expect: 'Refuse SpecInvalid',
  },
  ...(
    [
      ['creationPolicy Merge', { target: { creationPolicy: 'Merge', deletionPolicy: 'Retain' } }],
      ['creationPolicy Orphan', { target: { creationPolicy: 'Orphan', deletionPolicy: 'Retain' } }],
      ['deletionPolicy Merge', { target: { creationPolicy: 'Owner', deletionPolicy: 'Merge' } }],
      ['template', { target: { template: { data: { a: 'b' } } } }],
      ['immutable', { target: { immutable: true } }],
      ['manifest', { target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } } }],
      ['transform', { dataFrom: [{ extract: { key: 'db' }, rewrite: [{ transform: { template: 'x' } }] }] }],
      ['syncWindows', { syncWindows: { kind: 'allow', windows: [{ schedule: '@daily', duration: '1h' }] } }],
    ] as const
  ).map(([name, fields]) => ({
    name: `not built yet: ${name}`,
    request: request(externalSecret(spec(fields))),
    expect: 'Refuse NotBuilt',
  })),
  {
    name: 'dynamic-apply would copy values into an annotation',
    request: request(externalSecret(syncedAt(startOfTests), meta({ generation: 2 })), {
      children: [
        childSecret(
          { password: 'one' },
          undefined,
          (secret) =>
            (secret.metadata.annotations!['metacontroller.k8s.io/last-applied-configuration'] = '{}'),
        ),
      ],
    }),
    expect: 'Refuse DynamicApply',
  },
];

for (const { name, request: body, now = soon, expect } of cases) {
  test(`${name}: ${expect}`, () => {
    const decision = decide(readWorld(body, now), undefined, settings);
    assert.equal(
      `${decision.kind} ${decision.kind === 'Refuse' ? decision.failure.code : decision.reason}`,
      expect,
    );
  });
}

test('a refresh is confirmed when its Secret is seen, and only then', () => {
  const parent = externalSecret();
  const id = refreshId(readWorld(request(parent), soon));
  const child = childSecret({ password: 'one' }, id);
  const seen = request(parent, { children: [child] });
  const hash = child.metadata.annotations!['reconcile.external-secrets.io/data-hash']!;
  const decision = decide(readWorld(seen, soon), { hash, readAt: startOfTests }, settings);
  assert.deepEqual(decision, { kind: 'Confirm', reason: 'First', id, readAt: startOfTests });

  const tampered = request(parent, {
    children: [childSecret({ password: 'one' }, id, (secret) => (secret.data = { password: 'dHdv' }))],
  });
  assert.equal(decide(readWorld(tampered, soon), undefined, settings).kind, 'Refresh');
});

test('a Secret of the same refresh that is older than the last answer is not confirmed', () => {
  const parent = externalSecret();
  const id = refreshId(readWorld(request(parent), soon));
  const seen = request(parent, { children: [childSecret({ password: 'one' }, id)] });
  assert.equal(
    decide(readWorld(seen, soon), { hash: 'of-a-later-answer', readAt: soon }, settings).kind,
    'Refresh',
  );
});

/** A parent that is due and whose Secret has arrived, as it is shown `later` ms after its slot. */
function arrived(later: number) {
  const parent = externalSecret(meta({ creationTimestamp: '2026-03-01T09:00:00Z' }), syncedAt(startOfTests));
  const slot = dueAt(readWorld(request(parent), soon))!;
  const now = slot + later;
  const child = childSecret({ password: 'one' }, refreshId(readWorld(request(parent), now)));
  const hash = child.metadata.annotations!['reconcile.external-secrets.io/data-hash']!;
  return { world: readWorld(request(parent, { children: [child] }), now), slot, hash };
}

test('what is confirmed late is said to be as old as it is, and no longer at all once the next refresh is due', () => {
  const { world, slot, hash } = arrived(10 * minute);
  const decision = decide(world, { hash, readAt: slot }, settings);
  assert.equal(decision.kind === 'Confirm' && decision.readAt, slot);
  assert.equal(decide(arrived(60 * minute).world, { hash, readAt: slot }, settings).kind, 'Refresh');
});

test('a restart forgets when a value was read: it is never taken for newer than it is', () => {
  assert.equal(decide(arrived(1_000).world, undefined, settings).kind, 'Refresh');
  const changed = externalSecret(syncedAt(startOfTests), meta({ generation: 2 }));
  const child = childSecret({ password: 'one' }, refreshId(readWorld(request(changed), soon)));
  const decision = decide(readWorld(request(changed, { children: [child] }), soon), undefined, settings);
  assert.equal(decision.kind === 'Confirm' && decision.readAt, startOfTests, 'the refresh before');
});

test('the id of a refresh stays until it is recorded, and never comes back', () => {
  const at = (parent: ReturnType<typeof externalSecret>, now: number) =>
    refreshId(readWorld(request(parent), now));
  const first = externalSecret();
  assert.equal(at(first, soon), at(first, soon + 10 * minute));
  const recorded = externalSecret(syncedAt(startOfTests, at(first, soon)));
  assert.notEqual(at(recorded, soon), at(first, soon));
  const repaired = externalSecret(syncedAt(startOfTests, at(recorded, soon)));
  assert.notEqual(
    at(repaired, soon),
    at(recorded, soon),
    'a repair within the same slot is a refresh of its own',
  );
});

test('a failure holds the next attempt until its time, or until something changed', () => {
  const base = readWorld(request(externalSecret()), soon);
  const retry = { after: '2026-03-01T10:10:00Z', version: attemptVersion(base) };
  const held = externalSecret(status({ retry, conditions: [{ type: 'Ready', status: 'False' }] }));
  const decideAt = (body: HookRequest, now: number) => decide(readWorld(body, now), undefined, settings).kind;
  assert.equal(decideAt(request(held), soon), 'Hold');
  assert.equal(decideAt(request(held), startOfTests + 10 * minute), 'Refresh');
  const recovered = store(
    status({
      conditions: [
        { type: 'Ready', status: 'True', message: '', lastTransitionTime: '2026-03-01T10:05:00Z' },
      ],
    }),
  );
  assert.equal(
    decideAt(request(held, { related: [recovered] }), soon),
    'Refresh',
    "the store's recovery wakes it",
  );
});

test('a refresh in the very second of its slot is behind it, although a status has whole seconds', () => {
  for (let i = 0; i < 50; i++) {
    const due = (refreshed: number) =>
      dueAt(readWorld(request(externalSecret(meta({ uid: `uid-${i}` }), syncedAt(refreshed))), soon))!;
    const slot = due(startOfTests);
    assert.equal(due(slot), slot + 60 * minute);
    assert.equal(due(Math.floor((slot + 999) / 1_000) * 1_000), slot + 60 * minute);
  }
});

test('refreshes of many ExternalSecrets spread over the interval, none later than it', () => {
  const times = Array.from({ length: 500 }, (_, i) => {
    const parent = externalSecret(meta({ uid: `uid-${i}` }), syncedAt(startOfTests));
    return dueAt(readWorld(request(parent), soon))! - startOfTests;
  });
  assert.ok(Math.max(...times) <= 60 * minute);
  const perTenth = Array.from(
    { length: 10 },
    (_, i) => times.filter((t) => Math.floor(t / (6 * minute)) === i).length,
  );
  assert.ok(Math.max(...perTenth) < 90, `no herd: ${perTenth}`);
});
