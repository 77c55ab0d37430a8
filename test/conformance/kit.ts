import { after, describe, it } from 'node:test';
import { canaries } from '../support/canaries.ts';
import { type Case, openBench } from './bench.ts';
import { callCases } from './cases-calls.ts';
import { faultCases } from './cases-faults.ts';
import { findCases } from './cases-finds.ts';
import { identityCases } from './cases-identity.ts';
import { metadataCases } from './cases-metadata.ts';
import { pushCases } from './cases-push.ts';
import { valueCases } from './cases-values.ts';
import type { Harness } from './harness.ts';

const contract: readonly Case[] = [
  ...valueCases,
  ...metadataCases,
  ...findCases,
  ...callCases,
  ...faultCases,
  ...identityCases,
  ...pushCases,
];

/** Starts a harness, runs what its backend can show of the contract (or of these cases), and prints how many cases that are. */
export async function conformance(harness: Harness, cases: readonly Case[] = contract): Promise<void> {
  const backend = await harness.start();
  const applicable = cases.filter(
    ({ applies, readsNothing = false }) =>
      (backend.reads !== 'never' || readsNothing) && (applies?.(backend) ?? true),
  );
  describe(`conformance of ${harness.name}`, () => {
    const bench = openBench(harness, backend, canaries());
    after(async () => {
      await bench.close();
      console.log(`${harness.name}: ${applicable.length} of ${cases.length} cases`);
    });
    for (const { name, run } of applicable) it(name, () => run(bench));
  });
}
