import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Admission, createGate } from '../../../server/gate.ts';

const gateOf = (limits: { maxBytes?: number; maxCalls?: number; random?: () => number }) =>
  createGate({ maxBytes: 100, maxCalls: 10, random: () => 0, ...limits });

function entered(admission: Admission): () => void {
  assert.equal(admission.kind, 'entered');
  return admission.kind === 'entered' ? admission.leave : assert.fail();
}

test('calls enter until their bytes reach the limit, and again once others have left', () => {
  const gate = gateOf({});
  const leave = entered(gate.enter(60));
  entered(gate.enter(40));
  assert.equal(gate.enter(1).kind, 'full');
  leave();
  entered(gate.enter(60));
  assert.equal(gate.bytes(), 100);
});

test('calls enter until there are too many', () => {
  const gate = gateOf({ maxCalls: 1 });
  const leave = entered(gate.enter(0));
  assert.equal(gate.enter(0).kind, 'full');
  leave();
  entered(gate.enter(0));
});

test('a call that leaves twice gives its bytes back once', () => {
  const gate = gateOf({});
  entered(gate.enter(50));
  const leave = entered(gate.enter(30));
  leave();
  leave();
  assert.equal(gate.bytes(), 50);
});

test('a body above the limit is let in alone, since it could never be otherwise', () => {
  const gate = gateOf({});
  const leave = entered(gate.enter(1_000));
  assert.equal(gate.enter(0).kind, 'full');
  leave();
  assert.equal(gate.bytes(), 0);
});

test('those who are refused come back after 1 to 4 whole seconds', () => {
  for (const [random, seconds] of [
    [0, 1],
    [0.25, 2],
    [0.5, 3],
    [0.999999, 4],
  ] as const) {
    const gate = gateOf({ maxCalls: 0, random: () => random });
    assert.deepEqual(gate.enter(1), { kind: 'full', retryAfter: seconds });
  }
});
