import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isOpen,
  opensAt,
  type SyncWindows,
  unreadableSchedules,
} from '../../../../composite-controllers/lib/sync-windows.ts';
import { externalSecret, meta, spec, startOfTests } from '../../../support/builders.ts';
import { setup } from '../../../support/one-external-secret.ts';

const minute = 60_000;
const hour = 60 * minute;

const at = (time: string) => Date.parse(`2026-03-${time}Z`);
const windows = (kind: string, ...given: [schedule: string, duration: string][]) =>
  ({ kind, windows: given.map(([schedule, duration]) => ({ schedule, duration })) }) as SyncWindows;
const office = ['0 8 * * 1-5', '9h'] as [string, string];

/** 2026-03-02 is a Monday. */
const cases: [name: string, windows: SyncWindows | undefined, at: string, open: boolean][] = [
  ['without windows', undefined, '02T03:00:00', true],
  ['inside of an allowed window', windows('allow', office), '02T12:00:00', true],
  ['a second before an allowed window', windows('allow', office), '02T07:59:59', false],
  ['the moment that an allowed window opens', windows('allow', office), '02T08:00:00', true],
  ['the moment that an allowed window closes', windows('allow', office), '02T17:00:00', true],
  ['within the second of its end', windows('allow', office), '02T17:00:00.999', true],
  ['a second after an allowed window', windows('allow', office), '02T17:00:01', false],
  ['on a Sunday', windows('allow', office), '01T12:00:00', false],
  ['inside of a denied window', windows('deny', office), '02T12:00:00', false],
  ['the moment that a denied window closes', windows('deny', office), '02T17:00:00', false],
  ['a second after a denied window', windows('deny', office), '02T17:00:01', true],
  ['in one of two allowed windows', windows('allow', office, ['@daily', '1h']), '02T00:30:00', true],
  ['in one of two denied windows', windows('deny', office, ['@daily', '1h']), '02T00:30:00', false],
  ['over midnight', windows('allow', ['0 23 * * *', '4h']), '02T02:59:00', true],
  ['a window that outlasts its own recurrence', windows('deny', ['@daily', '36h']), '02T13:00:00', false],
  [
    'an allowed window whose schedule cannot be read',
    windows('allow', ['0 8 * * 7', '9h']),
    '01T12:00:00',
    false,
  ],
  [
    'a denied window whose schedule cannot be read',
    windows('deny', ['0 8 * * 7', '9h']),
    '01T12:00:00',
    true,
  ],
  ['a window of negative length', windows('allow', ['* * * * *', '-1h']), '02T12:00:00', false],
  ['a kind that nobody knows', windows('maybe', office), '01T12:00:00', true],
  ['@every with a duration of as long', windows('allow', ['@every 1h', '1h']), '02T12:00:00', true],
  [
    '@every with a shorter duration: never, as in ESO',
    windows('allow', ['@every 1h', '30m']),
    '02T12:00:00',
    false,
  ],
];

for (const [name, given, time, open] of cases) {
  test(`${name}: time alone ${open ? 'lets' : 'does not let'} a refresh pass`, () => {
    assert.equal(isOpen(given, at(time)), open);
  });
}

const openings: [name: string, windows: SyncWindows | undefined, from: string, opens: string | undefined][] =
  [
    ['an open window', windows('allow', office), '02T12:00:00', '02T12:00:00'],
    ['no windows', undefined, '02T12:00:00', '02T12:00:00'],
    ['a closed allowed window: its next start', windows('allow', office), '02T20:00:00', '03T08:00:00'],
    ['the nearest of two', windows('allow', office, ['0 22 * * *', '1h']), '02T20:00:00', '02T22:00:00'],
    ['a denied window: a second after its end', windows('deny', office), '02T12:00:00', '02T17:00:01'],
    ['denied windows in a row', windows('deny', office, ['0 17 * * *', '1h']), '02T12:00:00', '02T18:00:01'],
    ['a window that never comes', windows('allow', ['0 0 30 2 *', '1h']), '02T12:00:00', undefined],
    ['a schedule that cannot be read', windows('allow', ['0 8 * * 7', '1h']), '02T12:00:00', undefined],
  ];

for (const [name, given, from, opens] of openings) {
  test(`the next pass of ${name}`, () => {
    const found = opensAt(given, at(from), 'uid');
    if (opens === undefined || opens === from) {
      assert.equal(found, opens === undefined ? undefined : at(opens));
      return;
    }
    assert.ok(found !== undefined && found >= at(opens) && found < at(opens) + minute, String(found));
    assert.ok(isOpen(given, found));
  });
}

test('those who wait for the same window come in the course of its first minute, in a short one together', () => {
  const uids = Array.from({ length: 200 }, (_, i) => `uid-${i}`);
  const spread = new Set(uids.map((uid) => opensAt(windows('allow', office), at('02T20:00:00'), uid)));
  assert.ok(spread.size > 150);
  const short = windows('allow', ['0 8 * * *', '0s']);
  assert.deepEqual(new Set(uids.map((uid) => opensAt(short, at('02T20:00:00'), uid))).size < 150, true);
  for (const uid of uids) assert.ok(isOpen(short, opensAt(short, at('02T20:00:00'), uid)!));
});

test('a time that is denied without end is looked at again later, not at once', () => {
  const always = windows('deny', ['* * * * *', '2m']);
  assert.ok(opensAt(always, at('02T12:00:00'), 'uid')! > at('02T13:00:00'));
});

test('schedules that cannot be read are named', () => {
  assert.deepEqual(unreadableSchedules(windows('allow', office, ['0 8 * * 7', '9h'])), ['0 8 * * 7']);
  assert.deepEqual(unreadableSchedules(undefined), []);
});

/** Synced on a Sunday at 10:00, with an interval of an hour and reads on working days from 8 to 17 only. */
async function synced() {
  const given = setup(externalSecret(spec({ syncWindows: windows('allow', office) })));
  await given.pass();
  await given.pass();
  assert.equal(given.value(), 'one');
  given.world.reads.length = 0;
  given.world.values.set('db', 'two');
  return given;
}

test('the first sync does not wait for a window; what is due by time does, and is asked for as it opens', async () => {
  const { world, pass, value, ready } = await synced();
  world.now = startOfTests + 3 * hour;
  const closed = await pass();
  assert.equal(world.reads.length, 0);
  assert.equal(ready()?.status, 'True');
  assert(closed.kind === 'answer');
  const again = world.now + closed.response.resyncAfterSeconds! * 1_000;
  assert.ok(again >= at('02T08:00:00') && again < at('02T08:01:00'), new Date(again).toISOString());

  world.now = again;
  await pass();
  await pass();
  assert.equal(value(), 'two');
});

test('a change, and a target that is gone, do not wait for a window', async () => {
  const { world, pass, value } = await synced();
  world.now = startOfTests + 3 * hour;
  meta({ labels: { team: 'a' } })(world.parent);
  await pass();
  await pass();
  assert.equal(value(), 'two');
  world.values.set('db', 'three');
  world.live.clear();
  world.now += minute;
  await pass();
  assert.equal(value(), 'three');
});

test('a failure inside of a window is not retried after its end, and is as it opens again', async () => {
  const { world, pass, value, ready } = await synced();
  world.now = at('02T16:59:00');
  world.values.delete('db');
  await pass();
  assert.equal(ready()?.status, 'False');
  world.values.set('db', 'two');
  world.reads.length = 0;
  world.now = at('02T17:30:00');
  await pass();
  assert.equal(world.reads.length, 0);
  assert.equal(ready()?.status, 'False');
  world.now = at('03T08:01:00');
  await pass();
  await pass();
  assert.equal(value(), 'two');
  assert.equal(ready()?.status, 'True');
});

test('a value that was sent as the window closed arrives, and is recorded', async () => {
  const { world, pass, value, ready } = await synced();
  world.now = at('02T17:00:00');
  await pass();
  world.now = at('02T17:00:05');
  await pass();
  assert.equal(value(), 'two');
  assert.equal(ready()?.status, 'True');
  assert.equal((world.parent.status as { refreshTime: string }).refreshTime, '2026-03-02T17:00:00Z');
});

test('a schedule that cannot be read is told in an event', async () => {
  const { world, pass } = setup(externalSecret(spec({ syncWindows: windows('deny', ['0 8 * * 7', '9h']) })));
  await pass();
  await pass();
  assert.ok(world.events.includes('Warning SyncWindowIgnored'));
});
