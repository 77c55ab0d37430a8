import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createForcedSyncs } from '../../../../composite-controllers/external-secret/force-sync.ts';
import { readWorld } from '../../../../composite-controllers/external-secret/world.ts';
import { externalSecret, meta, request, startOfTests, syncedAt } from '../../../support/builders.ts';

const annotated = meta({ annotations: { 'external-secrets.io/force-sync': 'now' } });

/** An ExternalSecret that was refreshed at one moment and is looked at, with the annotation, at another; in ms from the start. */
const world = (refreshed: number, seen: number) =>
  readWorld(request(externalSecret(syncedAt(startOfTests + refreshed), annotated)), startOfTests + seen);

test('many that are annotated one after the other with one value are one request', () => {
  const forced = createForcedSyncs();
  const first = forced.notBefore(world(0, 100_000), 'Changed');
  assert.equal(first, startOfTests + 100_000);
  for (const later of [101_000, 130_000]) assert.equal(forced.notBefore(world(0, later), 'Changed'), first);
});

test('one that was read after the value had been seen elsewhere asks for a read of its own', () => {
  const forced = createForcedSyncs();
  forced.notBefore(world(0, 100_000), 'Changed');
  assert.equal(forced.notBefore(world(105_000, 110_000), 'Changed'), startOfTests + 110_000);
});

test('a value that is old, and a pass for another reason, are no part of it', () => {
  const forced = createForcedSyncs();
  forced.notBefore(world(0, 100_000), 'Changed');
  assert.equal(forced.notBefore(world(0, 161_000), 'Changed'), startOfTests + 161_000);
  assert.equal(forced.notBefore(world(0, 162_000), 'Due'), undefined);
});
