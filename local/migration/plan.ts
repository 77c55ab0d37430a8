import { guard, takeoverPatch } from '../../composite-controllers/external-secret/ownership.ts';
import { routeOf } from '../../composite-controllers/external-secret/policy.ts';
import { readWorld, type World } from '../../composite-controllers/external-secret/world.ts';
import type { JsonPatchOperation } from '../../composite-controllers/lib/json-patch.ts';
import { type LabelSelector, matchesSelector } from '../../composite-controllers/lib/label-selector.ts';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import type { ResourceType } from '../../server/kube-api.ts';
import { crdType, secretType } from '../metacontroller/discovery.ts';
import { isRunning, isWebhook, leftFinalizers } from './operator.ts';

/** What a migration looks at. */
export interface ClusterState {
  readonly deployments: readonly KubeObject[];
  /** CRDs of the shared kinds. */
  readonly crds: readonly KubeObject[];
  /** Helm releases, and the CRDs that would go with each; undefined when its record cannot be read. */
  readonly releases: readonly { readonly name: string; readonly doomed: readonly string[] | undefined }[];
  readonly webhooks: readonly KubeObject[];
  /** Metacontroller's definitions, as far as there are any. */
  readonly definitions: readonly KubeObject[];
  readonly externalSecrets: readonly KubeObject[];
  /** Their targets, by `namespace/name`. */
  readonly targets: ReadonlyMap<string, SecretObject>;
  /** Everything that may carry a finalizer of the operator. */
  readonly holders: readonly { readonly type: ResourceType; readonly object: KubeObject }[];
}

/** One change. Each is bound to the state that it was planned for, so that a plan which is outdated changes nothing. */
export type Step = { readonly what: string; readonly object: KubeObject } & (
  | { readonly verb: 'patch'; readonly type: ResourceType; readonly patch: readonly JsonPatchOperation[] }
  | { readonly verb: 'remove'; readonly type: ResourceType }
);

/** What is to be done, in this order; with refusals nothing may be. */
export interface Migration {
  readonly refusals: readonly string[];
  readonly steps: readonly Step[];
  /** What stays as it is, and why. */
  readonly notes: readonly string[];
}

export const webhookType: ResourceType = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
};

/**
 * The way from External Secrets Operator: first its webhooks, which refuse all writes once it is gone; then each Secret gets
 * the label by which Metacontroller knows its children, and its fields their new owner, before a definition makes
 * Metacontroller look (else it strips the ownerRef: spec core 8); then the finalizers that nobody would take away. Values are
 * not touched.
 */
export function planMigration(state: ClusterState, now: number): Migration {
  const secrets = state.externalSecrets.map((object) => takeOver(object, state, now));
  return {
    refusals: [...refusals(state), ...secrets.flatMap(({ refusal }) => refusal ?? [])],
    steps: [
      ...state.webhooks.filter(isWebhook).map(
        (object): Step => ({
          verb: 'remove',
          type: webhookType,
          object,
          what: `remove ValidatingWebhookConfiguration ${object.metadata.name}`,
        }),
      ),
      ...state.crds.filter(isConverted).map(
        (object): Step => ({
          verb: 'patch',
          type: crdType,
          object,
          what: `CRD ${object.metadata.name}: no conversion webhook`,
          patch: [guardOf(object), { op: 'replace', path: '/spec/conversion', value: { strategy: 'None' } }],
        }),
      ),
      ...secrets.flatMap(({ step }) => step ?? []),
      ...state.holders.flatMap(({ type, object }) => freed(type, object)),
    ],
    notes: secrets.flatMap(({ note }) => note ?? []),
  };
}

function refusals({ deployments, releases }: ClusterState): string[] {
  return [
    ...deployments
      .filter(isRunning)
      .map(
        ({ metadata }) =>
          `Deployment ${metadata.namespace}/${metadata.name} runs: scale External Secrets Operator to 0 first, it would undo each step`,
      ),
    ...releases.flatMap(({ name, doomed }) =>
      doomed === undefined
        ? [`Helm record ${name} cannot be read: whether CRDs go with its release is not known`]
        : doomed.map(
            (crd) =>
              `CRD ${crd} goes when its Helm release is uninstalled, and all its objects and their Secrets with it: upgrade the release with helm.sh/resource-policy=keep first`,
          ),
    ),
  ];
}

interface Taken {
  readonly step?: Step;
  readonly note?: string;
  readonly refusal?: string;
}

/** Targets that are no children are taken over by the hook's own apply, when they are due. */
function takeOver(object: KubeObject, { targets, definitions }: ClusterState, now: number): Taken {
  const world = worldOf(object, now);
  const where = `${world.namespace}/${world.targetName}`;
  if (routeOf(world) !== 'child') return {};
  const live = targets.get(where);
  if (live === undefined) return { note: `Secret ${where} is not there: it is made when it is due` };
  const owner = live.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner?.uid !== world.uid)
    return { note: `Secret ${where} is not owned by its ExternalSecret: looked at when it is due` };
  const patch = takeoverPatch(world, live);
  if (patch === undefined) return {};
  const by = definitions.find((definition) => selects(definition, object));
  if (by !== undefined)
    return {
      refusal: `CompositeController ${by.metadata.name} is there already and takes ExternalSecret ${world.namespace}/${world.name}: delete it (--cascade=orphan), or narrow its parents, first`,
    };
  return {
    step: {
      verb: 'patch',
      type: secretType,
      object: live,
      patch,
      what: `Secret ${where}: child of its ExternalSecret`,
    },
  };
}

function worldOf(parent: KubeObject, now: number): World {
  return readWorld({ controller: parent, parent, children: {}, related: {}, finalizing: false }, now);
}

interface DefinitionSpec {
  readonly parentResource?: { readonly resource?: string; readonly labelSelector?: LabelSelector };
}

function selects({ spec }: KubeObject, parent: KubeObject): boolean {
  const { resource, labelSelector } = (spec as DefinitionSpec | undefined)?.parentResource ?? {};
  return resource === 'externalsecrets' && matchesSelector(labelSelector ?? {}, parent.metadata.labels);
}

function isConverted({ spec }: KubeObject): boolean {
  return (spec as { conversion?: { strategy?: string } } | undefined)?.conversion?.strategy === 'Webhook';
}

function freed(type: ResourceType, object: KubeObject): Step[] {
  const left = leftFinalizers(object);
  if (left.length === 0) return [];
  const { namespace, name, finalizers = [] } = object.metadata;
  const value = finalizers.filter((finalizer) => !left.includes(finalizer));
  const what = `${type.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}: without ${left.join(', ')}`;
  const patch = [guardOf(object), { op: 'replace', path: '/metadata/finalizers', value } as const];
  return [{ verb: 'patch', type, object, what, patch }];
}

const guardOf = (object: KubeObject): JsonPatchOperation => guard(object as SecretObject);
