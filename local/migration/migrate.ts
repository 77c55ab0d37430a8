import { installedKinds } from '../../composite-controllers/definitions.ts';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import { mapConcurrently } from '../../providers/kit/concurrently.ts';
import { type KubeApi, KubeApiError, type ResourceType } from '../../server/kube-api.ts';
import { namespaces } from '../../server/kube-verbs.ts';
import { crdType, secretType } from '../metacontroller/discovery.ts';
import { deployedReleases, doomedCrds } from './helm-release.ts';
import { isShared } from './operator.ts';
import { type ClusterState, planMigration, type Step, webhookType } from './plan.ts';

export interface Selection {
  readonly namespace?: string;
  /** Of ExternalSecrets, as kubectl takes it; with one, everything but those stays as it is. */
  readonly labelSelector?: string;
}

const callsAtOnce = 16;
const deploymentType: ResourceType = {
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
  namespaced: true,
};

/** Reads what a migration depends on. Throws KubeApiError. */
export async function readCluster(api: KubeApi, selection: Selection): Promise<ClusterState> {
  const listed = async (type: ResourceType, options = {}) =>
    (await api.list(type, options).catch(noneWhen404)).items;
  const isWhole = selection.labelSelector === undefined;
  const served = (await servedTypes(api)).filter(({ kind }) => isWhole || kind === 'ExternalSecret');
  const holders = (
    await mapConcurrently(served, callsAtOnce, async (type) => {
      const options = type.namespaced ? selection : {};
      return (await listed(type, options)).map((object) => ({ type, object }));
    })
  ).flat();
  const externalSecrets = holders
    .filter(({ type }) => type.kind === 'ExternalSecret')
    .map(({ object }) => object);
  if (isWhole && selection.namespace === undefined)
    for (const object of await listed(namespaces)) holders.push({ type: namespaces, object });
  const releases = await listed(secretType, { labelSelector: deployedReleases });
  return {
    deployments: await listed(deploymentType),
    crds: (await listed(crdType)).filter(({ spec }) =>
      isShared((spec as { group?: string } | undefined)?.group ?? ''),
    ),
    releases: releases.map((release) => ({
      name: release.metadata.name,
      doomed: doomedCrds(release as SecretObject),
    })),
    webhooks: await listed(webhookType),
    definitions: await listed({
      group: 'metacontroller.k8s.io',
      version: 'v1alpha1',
      resource: 'compositecontrollers',
      kind: 'CompositeController',
      namespaced: false,
    }),
    externalSecrets,
    targets: await readTargets(api, externalSecrets),
    holders,
  };
}

/** What a step came to: done, or changed meanwhile by somebody, so that the plan is made anew. */
export async function makeStep(api: KubeApi, step: Step): Promise<'done' | 'outdated'> {
  const { namespace, name, uid } = step.object.metadata;
  try {
    if (step.verb === 'remove')
      await api.remove(step.type, namespace, name, uid === undefined ? {} : { uid });
    else await api.jsonPatch(step.type, namespace, name, step.patch);
    return 'done';
  } catch (error) {
    const isOutdated = error instanceof KubeApiError && [404, 409, 422].includes(error.status);
    if (!isOutdated) throw error;
    return 'outdated';
  }
}

/** The whole way: reads, plans, and makes the steps until nothing is left to do. Returns what is left when it gives up. */
export async function migrate(
  api: KubeApi,
  selection: Selection,
  onStep: (step: Step) => void,
): Promise<ReturnType<typeof planMigration>> {
  for (let round = 0; ; round += 1) {
    const plan = planMigration(await readCluster(api, selection), Date.now());
    if (plan.refusals.length > 0 || plan.steps.length === 0 || round === 3) return plan;
    // Webhooks first, alone: while they are there nothing else can be written.
    for (const stage of [plan.steps.filter(isFirst), plan.steps.filter((step) => !isFirst(step))]) {
      await mapConcurrently(stage, callsAtOnce, async (step) => {
        if ((await makeStep(api, step)) === 'done') onStep(step);
      });
    }
  }
}

const isFirst = ({ type }: Step) => type === webhookType || type === crdType;

async function servedTypes(api: KubeApi): Promise<ResourceType[]> {
  const versions = new Set(
    installedKinds.map(({ group = 'external-secrets.io', version }) => `${group}/${version}`),
  );
  return (await Promise.all([...versions].map((version) => api.resources(version)))).flat();
}

async function readTargets(api: KubeApi, parents: readonly KubeObject[]): Promise<Map<string, SecretObject>> {
  const found = await mapConcurrently(parents, callsAtOnce, async ({ metadata, spec }) => {
    const name = (spec as { target?: { name?: string } } | undefined)?.target?.name ?? metadata.name;
    const secret = await api.get(secretType, metadata.namespace, name).catch((error: unknown) => {
      if (error instanceof KubeApiError && error.status === 404) return undefined;
      throw error;
    });
    return [`${metadata.namespace}/${name}`, secret as SecretObject | undefined] as const;
  });
  return new Map(found.flatMap(([key, secret]) => (secret === undefined ? [] : [[key, secret] as const])));
}

function noneWhen404(error: unknown): { items: KubeObject[] } {
  if (error instanceof KubeApiError && error.status === 404) return { items: [] };
  throw error;
}
