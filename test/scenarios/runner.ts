import { applyManifest, perform, type Stage } from './actions.ts';
import {
  type Baseline,
  describeState,
  heldProblems,
  look,
  takeBaseline,
  takeObjects,
} from './expectations.ts';
import { milliseconds, type Scenario, type Step } from './format.ts';
import { typeOf } from './kinds.ts';
import { assertNothingLeaked } from './leaks.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { substitute } from './substitute.ts';
import type { World } from './world.ts';

const defaultWithinMs = 20_000;
const lookEveryMs = 250;

/**
 * Plays a scenario in a namespace of its own: `name` must be unique in the world, and fit into a DNS label. Resolves to
 * its final objects, made comparable. Throws at the first step that does not come to what it expects, and when a value
 * is found anywhere but in a Secret.
 */
export async function runScenario(name: string, scenario: Scenario, world: World): Promise<Snapshot> {
  const namespace = `s-${name}`.slice(0, 63).replace(/[^a-z0-9]+$/, '');
  const api = world.as('kubectl');
  await api.create(typeOf('Namespace'), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  const backend =
    scenario.needs?.some((need) => need.startsWith('vault')) === true
      ? await world.startBackend({
          namespace,
          kv: scenario.kv ?? 'v2',
          access: scenario.needs.includes('vault-write') ? 'write' : 'read',
        })
      : undefined;
  const stage: Stage = { world, namespace, backend };
  if (scenario.flags !== undefined) await world.hook.restart(scenario.flags);
  const markers = new Map<string, string>();
  if (backend !== undefined) world.canaries.watch(backend.token);
  try {
    const { seed = {}, objects, steps } = substitute(scenario, lookup(stage, markers));
    for (const [key, value] of Object.entries(seed)) await backend?.write(key, value);
    // What the first step expects to happen may happen as soon as its objects are there.
    let since = await takeBaseline(stage);
    if (backend !== undefined) await applyManifest(tokenSecret(backend.token), stage);
    for (const manifest of objects) await applyManifest(manifest, stage);
    for (const [index, step] of steps.entries()) {
      await play(step, `step ${index + 1}`, since, stage);
      since = await takeBaseline(stage);
    }
    const snapshot = await takeSnapshot(stage, markers, scenario);
    await assertNothingLeaked(stage);
    return snapshot;
  } finally {
    await clear(stage, namespacesOf(scenario, namespace));
    await backend?.close();
    if (scenario.flags !== undefined) await world.hook.restart({});
  }
}

async function play(
  { why, do: actions = [], expect = {} }: Step,
  place: string,
  since: Baseline,
  stage: Stage,
): Promise<void> {
  const before = await takeObjects(expect, stage);
  const title = why === undefined ? place : `${place} (${why})`;
  const fail = async (what: string, problems: readonly string[]): Promise<never> => {
    const state = `as it stands:\n${describeState(stage)}\n${await complaints(stage)}`;
    throw new Error(`${title}: ${what}\n  ${problems.join('\n  ')}\n${state}`);
  };
  const within = milliseconds(expect.within ?? `${defaultWithinMs}ms`);
  for (const action of actions) {
    await perform(action, stage).catch((error: unknown) =>
      fail(`${JSON.stringify(action)}`, [String(error)]),
    );
  }

  const deadline = performance.now() + within;
  for (;;) {
    const { unmet: visible, broken } = look(expect, since, before, stage);
    const unmet = [...visible, ...(await heldProblems(expect, stage))];
    if (broken.length > 0) await fail('what must not be, is', broken);
    if (unmet.length === 0) break;
    if (performance.now() >= deadline) await fail(`not within ${within / 1000} s`, unmet);
    await stage.world.recorder.next(lookEveryMs);
  }
  const until = performance.now() + milliseconds(expect.holds ?? '0s');
  while (performance.now() < until) {
    await stage.world.recorder.next(Math.min(lookEveryMs, Math.max(1, until - performance.now())));
    const { unmet: visible, broken } = look(expect, since, before, stage);
    const unmet = [...visible, ...(await heldProblems(expect, stage))];
    if (unmet.length + broken.length > 0)
      await fail(`did not hold for ${expect.holds}`, [...unmet, ...broken]);
  }
}

/** The hook's last errors about the scenario's objects. */
async function complaints({ world, namespace }: Stage): Promise<string> {
  const { log = '' } = await world.evidence();
  const errors = log
    .split('\n')
    .filter((line) => line.includes('"error"') && line.includes(`"${namespace}"`));
  return errors
    .slice(-3)
    .map((line) => `  ${line}`)
    .join('\n');
}

const tokenSecretName = 'vault-token';

function tokenSecret(token: string) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: tokenSecretName },
    data: { token: Buffer.from(token).toString('base64') },
  };
}

function lookup({ world, namespace, backend }: Stage, markers: Map<string, string>) {
  return (name: string): string | undefined => {
    if (name === 'ns') return namespace;
    if (name.startsWith('uid.')) return `\${${name}}`; // known when it is applied
    if (name === 'vault.tokenSecret') return backend === undefined ? undefined : tokenSecretName;
    if (name === 'vault.token') return backend?.token;
    if (name.startsWith('vault.')) return backend?.variables[name];
    if (name.startsWith('long.')) return 'x'.repeat(Number(name.slice('long.'.length)));
    if (!name.startsWith('canary.')) return undefined;
    const marker = markers.get(name) ?? world.canaries.marker();
    markers.set(name, marker);
    return marker;
  };
}

/** Takes away what would go on being synced; the namespace itself goes as far as the world deletes namespaces. */
async function clear({ world, namespace }: Stage, namespaces: readonly string[]): Promise<void> {
  const api = world.as('kubectl');
  for (const kind of [
    'ClusterPushSecret',
    'PushSecret',
    'ClusterExternalSecret',
    'ExternalSecret',
    'SecretStore',
    'ClusterSecretStore',
  ]) {
    const type = typeOf(kind);
    const names = type.namespaced
      ? (await api.list(type, { namespace })).items.map(({ metadata }) => metadata.name)
      : [namespace];
    for (const name of names)
      await api.remove(type, type.namespaced ? namespace : undefined, name).catch(() => {});
  }
  await world.admitSecrets(namespace);
  for (const name of namespaces) await api.remove(typeOf('Namespace'), undefined, name).catch(() => {});
}

/** The scenario's own namespace, and those that it calls `${ns}-…`: others may have names that begin like them. */
function namespacesOf(scenario: Scenario, namespace: string): string[] {
  const further = JSON.stringify(scenario).matchAll(/\$\{ns\}(-[a-z0-9-]*[a-z0-9])/g);
  return [...new Set([namespace, ...[...further].map(([, end]) => `${namespace}${end}`)])];
}
