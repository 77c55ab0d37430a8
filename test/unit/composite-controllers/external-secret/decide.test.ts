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
    name: 'one of two stores is somebody else’s',
    request: request(externalSecret(), {
      related: [store(), store(meta({ name: 'other' }), spec({ controller: 'other' }))],
    }),
    expect: 'Keep OtherClass',
  },
  {
    name: 'the store is missing',
    request: request(externalSecret(), { related: [] }),
    expect: 'Refuse StoreMissing',
  },
  {
    name: 'a store that is not ready costs a synced Secret nothing',
    request: request(synced(), { children: [child], related: [store((object) => delete object.status)] }),
    expect: 'Keep NotDue',
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

test('with ClusterSecretStores turned off, what names one anywhere is left alone', () => {
  const off = { ...settings, clusterStores: 'off' } as const;
  const storeRef = { kind: 'ClusterSecretStore', name: 'vault' };
  const entry = { secretKey: 'a', remoteRef: { key: 'a' }, sourceRef: { storeRef } };
  for (const fields of [{ secretStoreRef: storeRef }, { data: [entry] }]) {
    const world = readWorld(request(externalSecret(spec(fields))), soon);
    assert.deepEqual(decide(world, undefined, off), {
      kind: 'Keep',
      reason: 'ClusterStoresOff',
      dueAt: undefined,
    });
  }
  assert.equal(decide(readWorld(request(externalSecret()), soon), undefined, off).kind, 'Refresh');
});

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
