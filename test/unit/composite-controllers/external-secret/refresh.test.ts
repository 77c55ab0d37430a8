import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookRequest } from '../../../../composite-controllers/controller.ts';
import {
  dueAt,
  refreshId,
  refreshReason,
} from '../../../../composite-controllers/external-secret/refresh.ts';
import { readWorld } from '../../../../composite-controllers/external-secret/world.ts';
import {
  childSecret,
  externalSecret,
  meta,
  request,
  spec,
  startOfTests,
  status,
  syncedAt,
} from '../../../support/builders.ts';

const minute = 60_000;
const soon = startOfTests + 1_000;

interface Case {
  readonly name: string;
  readonly request: HookRequest;
  readonly now?: number;
  /** A reason, or `none`. */
  readonly expect: string;
}

const synced = (...mods: Parameters<typeof externalSecret>) =>
  externalSecret(...mods, syncedAt(startOfTests));
const child = childSecret({ password: 'one' });

const cases: readonly Case[] = [
  { name: 'never synced', request: request(externalSecret()), expect: 'First' },
  { name: 'synced, not due', request: request(synced(), { children: [child] }), expect: 'none' },
  {
    name: 'an interval later at the latest',
    request: request(synced(), { children: [child] }),
    now: startOfTests + 60 * minute,
    expect: 'Due',
  },
  {
    name: 'interval zero is never due by time',
    request: request(synced(spec({ refreshInterval: '0' })), { children: [child] }),
    now: startOfTests + 1_000 * minute,
    expect: 'none',
  },
  {
    name: 'interval zero ignores changes of the spec, as in ESO',
    request: request(
      externalSecret(spec({ refreshInterval: '0s' }), syncedAt(startOfTests), meta({ generation: 2 })),
      {
        children: [child],
      },
    ),
    expect: 'none',
  },
  {
    name: 'a changed spec',
    request: request(externalSecret(syncedAt(startOfTests), meta({ generation: 2 })), { children: [child] }),
    expect: 'Changed',
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
    expect: 'Changed',
  },
  {
    name: "Metacontroller's own annotations change nothing",
    request: request(
      externalSecret(syncedAt(startOfTests), meta({ annotations: { 'metacontroller.k8s.io/x': '1' } })),
      { children: [child] },
    ),
    expect: 'none',
  },
  {
    name: 'CreatedOnce is not refreshed by time or change',
    request: request(
      externalSecret(spec({ refreshPolicy: 'CreatedOnce' }), syncedAt(startOfTests), meta({ generation: 5 })),
      { children: [child] },
    ),
    now: startOfTests + 1_000 * minute,
    expect: 'none',
  },
  {
    name: 'CreatedOnce repairs what somebody deleted',
    request: request(synced(spec({ refreshPolicy: 'CreatedOnce' }))),
    expect: 'Missing',
  },
  {
    name: 'OnChange is not refreshed by time',
    request: request(synced(spec({ refreshPolicy: 'OnChange' })), { children: [child] }),
    now: startOfTests + 1_000 * minute,
    expect: 'none',
  },
  {
    name: 'OnChange is refreshed by change',
    request: request(
      externalSecret(spec({ refreshPolicy: 'OnChange' }), syncedAt(startOfTests), meta({ generation: 2 })),
      { children: [child] },
    ),
    expect: 'Changed',
  },
  {
    name: 'a refreshTime from the future',
    request: request(externalSecret(syncedAt(startOfTests + 10 * minute)), { children: [child] }),
    expect: 'Due',
  },
  {
    name: 'an interval below zero is one of zero',
    request: request(synced(spec({ refreshInterval: '-1h' })), { children: [child] }),
    now: startOfTests + 1_000 * minute,
    expect: 'none',
  },
  {
    name: 'a status without refreshTime',
    request: request(externalSecret(syncedAt(startOfTests), status({ refreshTime: null })), {
      children: [child],
    }),
    expect: 'First',
  },
  {
    name: 'the hash annotation was removed',
    request: request(synced(), {
      children: [
        childSecret(
          { password: 'one' },
          undefined,
          (secret) => delete secret.metadata.annotations!['reconcile.external-secrets.io/data-hash'],
        ),
      ],
    }),
    expect: 'Drifted',
  },
  {
    name: 'a Secret without data',
    request: request(synced(), { children: [childSecret({})] }),
    expect: 'none',
  },
  { name: 'the Secret is gone', request: request(synced()), expect: 'Missing' },
  {
    name: 'data was edited',
    request: request(synced(), {
      children: [
        childSecret({ password: 'one' }, undefined, (secret) => (secret.data = { password: 'dHdv' })),
      ],
    }),
    expect: 'Drifted',
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
    expect: 'Drifted',
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
    expect: 'Drifted',
  },
  {
    name: 'the Secret carries the refresh that the status recorded',
    request: request(externalSecret(syncedAt(startOfTests, 'r1')), {
      children: [childSecret({ password: 'one' }, 'r1')],
    }),
    expect: 'none',
  },
  {
    name: 'a lagging cache shows the Secret of an older refresh',
    request: request(externalSecret(syncedAt(startOfTests, 'r2')), {
      children: [childSecret({ password: 'one' }, 'r1')],
    }),
    expect: 'Unconfirmed',
  },
  {
    name: 'deleted by deletionPolicy: its absence is what was recorded',
    request: request(externalSecret(syncedAt(startOfTests, 'none'))),
    expect: 'none',
  },
  {
    name: 'deleted by deletionPolicy, and there again',
    request: request(externalSecret(syncedAt(startOfTests, 'none')), { children: [child] }),
    expect: 'Drifted',
  },
];

for (const { name, request: body, now = soon, expect } of cases) {
  test(`${name}: ${expect === 'none' ? 'no refresh' : `a refresh, ${expect}`}`, () => {
    assert.equal(refreshReason(readWorld(body, now)) ?? 'none', expect);
  });
}

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
