import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { longestMs, readScenario, runsAlone, type Scenario } from './format.ts';
import { assertNothingLogged } from './leaks.ts';
import { runScenario } from './runner.ts';
import type { Snapshot } from './snapshot.ts';
import type { World } from './world.ts';

/** Every scenario by its file's name without the ending, the longest first. Throws when a file is not one. */
export function allScenarios(): ReadonlyMap<string, Scenario> {
  const files = globSync(join(import.meta.dirname, 'cases', '*.yaml')).sort();
  const scenarios = files.map((file): [string, Scenario] => [basename(file, '.yaml'), readScenario(file)]);
  return new Map(scenarios.sort(([, a], [, b]) => longestMs(b) - longestMs(a)));
}

export interface SuiteOptions {
  readonly scenarios: ReadonlyMap<string, Scenario>;
  /** Goes before each scenario's name: worlds that share an API server must not share namespaces. */
  readonly prefix: string;
  /** How many scenarios run at a time; they mostly wait. */
  readonly concurrency: number;
  readonly startWorld: () => Promise<World>;
}

/**
 * Declares one test for each scenario, all in one world, and one for its log and metrics. Those that restart what all
 * use come last, one by one. Returns the final objects by scenario, which are there when the tests have run.
 */
export function declareScenarios(title: string, options: SuiteOptions): ReadonlyMap<string, Snapshot> {
  const { scenarios, prefix, concurrency, startWorld } = options;
  const snapshots = new Map<string, Snapshot>();
  describe(title, () => {
    let world: World;
    before(async () => {
      world = await startWorld();
    });
    after(() => world?.stop());

    const declare = (chosen: (scenario: Scenario) => boolean) => {
      for (const [name, scenario] of scenarios) {
        if (!chosen(scenario)) continue;
        it(name, async () => {
          snapshots.set(name, await runScenario(`${prefix}-${name}`, scenario, world));
        });
      }
    };
    describe('side by side', { concurrency }, () => declare((scenario) => !runsAlone(scenario)));
    describe('alone', () => declare(runsAlone));
    it('no value in the log and the metrics', () => assertNothingLogged(world));
  });
  return snapshots;
}
