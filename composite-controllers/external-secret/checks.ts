import { dynamicApplyAnnotation } from '../lib/names.ts';
import type { Settings } from '../lib/ports.ts';
import { describeProblems } from '../lib/problems.ts';
import { accessTo, mayUse } from '../secret-store/access.ts';
import type { SyncFailure } from './errors.ts';
import { plan, storesInUse, storesOf, storesReadBy } from './plan.ts';
import { ruleProblems } from './rules.ts';
import type { ExternalSecretSpec } from './schema.ts';
import { consumerOf, type World } from './world.ts';

/** A reason to refuse a refresh before any backend is asked, or undefined to go on. */
type Check = (world: World, settings: Settings) => SyncFailure | undefined;

/** The chain, in order: the first failure is the one that the condition shows. */
const chain: readonly Check[] = [
  rulesHold, //           all that admission refuses (spec core 1.2), and templates that cannot be read
  featuresAreBuilt, //    what Keyhook cannot do yet keeps its Secret and says so
  manifestIsAllowed, //   targets of other kinds than Secret
  storesExist, //
  storesAdmitUs, //       ClusterSecretStore conditions (spec core 2.2) and their remoteKeys
  storesAreReady, //      the flood gate (spec core 2.6)
  applyIsServerSide, //   values must not end up in an annotation (design rule 8)
];

/** The first reason to refuse the refresh, or undefined when there is none. */
export function refusal(world: World, settings: Settings): SyncFailure | undefined {
  for (const check of chain) {
    const failure = check(world, settings);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/**
 * Whether ClusterSecretStores are turned off and the specification names one (spec core 1.4 no. 4), wherever it does: ESO
 * looks at `spec.secretStoreRef` alone.
 */
export function needsWhatIsOff(world: World, { clusterStores }: Settings): boolean {
  if (clusterStores === 'on' || world.problems().length > 0) return false;
  return storesOf(world.spec).some((key) => key.startsWith('ClusterSecretStore/'));
}

/** Whether every store that exists is looked after by another controller class (spec core 1.4 no. 5). */
export function belongsToOtherClass(world: World, settings: Settings): boolean {
  return [...world.stores.values()].some(
    ({ controller }) => controller !== '' && controller !== settings.controllerClass,
  );
}

function rulesHold({ spec }: World, { templateDelimiters }: Settings): SyncFailure | undefined {
  const problems = ruleProblems(spec, templateDelimiters);
  return problems.length === 0 ? undefined : { code: 'SpecInvalid', detail: describeProblems(problems) };
}

/** A manifest may be anything that the hook may write: only where the installation says so (spec core 1.11). */
function manifestIsAllowed({ spec }: World, { genericTargets }: Settings): SyncFailure | undefined {
  const manifest = spec.target?.manifest;
  if (manifest === undefined) return undefined;
  if (genericTargets === 'refused') return { code: 'GenericOff', detail: 'spec.target.manifest is set' };
  return manifest.apiVersion === 'v1' && manifest.kind === 'Secret'
    ? { code: 'GenericKind', detail: 'spec.target.manifest names a Secret' }
    : undefined;
}

function featuresAreBuilt({ spec }: World): SyncFailure | undefined {
  const missing = unbuilt(spec);
  return missing === undefined ? undefined : { code: 'NotBuilt', detail: missing };
}

function unbuilt(spec: ExternalSecretSpec): string | undefined {
  const { data = [] } = spec;
  const generated = data.findIndex((entry) => entry.sourceRef?.generatorRef !== undefined);
  return generated < 0 ? undefined : `spec.data[${generated}].sourceRef.generatorRef`;
}

function storesExist(world: World): SyncFailure | undefined {
  const absent = [...storesReadBy(world.spec)].find((key) => !world.stores.has(key));
  return absent === undefined
    ? undefined
    : { code: 'StoreMissing', detail: `could not get ${nameOf(absent)}`, cause: 'StoreMissing' };
}

/** What a find comes to is looked at when it is known. */
function storesAdmitUs(world: World): SyncFailure | undefined {
  for (const [storeKey, store] of storesInUse(world.spec, world.stores)) {
    const access = accessTo(store, consumerOf(world));
    if (access.kind === 'all') continue;
    const { name } = store.handle;
    if (access.kind === 'none') {
      return {
        code: 'StoreForbidden',
        detail: `using cluster store "${name}" is not allowed from namespace "${world.namespace}": ${access.why}`,
        cause: storeKey,
      };
    }
    for (const read of plan(world.spec).reads) {
      if (read.kind !== 'key' || read.store !== storeKey || mayUse(access, read.ref.key)) continue;
      return {
        code: 'KeyForbidden',
        detail: `cluster store "${name}" does not give key ${read.ref.key} to namespace "${world.namespace}"`,
        cause: storeKey,
      };
    }
  }
  return undefined;
}

function storesAreReady(world: World, { floodGate }: Settings): SyncFailure | undefined {
  if (!floodGate) return undefined;
  for (const [key, { ready }] of storesInUse(world.spec, world.stores)) {
    if (ready?.status === 'True') continue;
    if (ready === undefined) return { code: 'StoreNotChecked', detail: `${nameOf(key)} is not ready` };
    return { code: 'StoreNotReady', detail: `${nameOf(key)} is not ready (${ready.message})` };
  }
  return undefined;
}

function applyIsServerSide({ target }: World): SyncFailure | undefined {
  return target?.metadata.annotations?.[dynamicApplyAnnotation] === undefined
    ? undefined
    : { code: 'DynamicApply' };
}

function nameOf(key: string): string {
  const slash = key.indexOf('/');
  return `${key.slice(0, slash)} "${key.slice(slash + 1)}"`;
}
