// needs: cluster vault
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMetacontroller, startStandIn } from '../scenarios/drivers.ts';
import { type RealParts, startRealParts, startRealWorld } from '../scenarios/real-world.ts';
import { snapshotDifferences } from '../scenarios/snapshot.ts';
import { allScenarios, declareScenarios } from '../scenarios/suite.ts';

const metacontroller = process.env.METACONTROLLER_BIN;
const scenarios = allScenarios();
const concurrency = 16;

describe('scenarios against a real API server and a real Vault', () => {
  let parts: RealParts;
  before(async () => {
    parts = await startRealParts();
  });
  after(() => parts?.stop());

  const withStandIn = declareScenarios("driven by Metacontroller's stand-in", {
    scenarios,
    prefix: 'a',
    concurrency,
    startWorld: () => startRealWorld(parts, (_, api) => startStandIn(api)),
  });
  if (metacontroller === undefined || metacontroller === '') return;

  const withMetacontroller = declareScenarios('driven by Metacontroller', {
    scenarios,
    prefix: 'b',
    concurrency,
    startWorld: () => startRealWorld(parts, (kubeconfig) => startMetacontroller(metacontroller, kubeconfig)),
  });
  it('both drivers come to the same objects', () => {
    assert.equal(withStandIn.size, scenarios.size, 'some scenarios did not come to their end');
    const differences = snapshotDifferences(withStandIn, withMetacontroller);
    assert.equal(differences.length, 0, differences.join('\n'));
  });
});
