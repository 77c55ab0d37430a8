import { randomBytes } from 'node:crypto';
import { crds, definitions } from '../composite-controllers/definitions.ts';
import type { ExternalSecretSpec } from '../composite-controllers/external-secret/schema.ts';
import { generatorKinds } from '../composite-controllers/generator/kind.ts';
import { isFieldManager } from '../composite-controllers/lib/field-manager.ts';
import type { KubeObject, SecretObject } from '../composite-controllers/lib/objects.ts';
import type { TargetObjects } from '../composite-controllers/lib/ports.ts';
import { type Delimiters, standardDelimiters } from '../composite-controllers/template/parse/scanner.ts';
import { silentObserver } from '../providers/observer.ts';
import { buildApp } from '../server/app.ts';
import { noAuthentication } from '../server/auth.ts';
import { compose } from '../server/compose.ts';
import { fingerprintsBy } from '../server/fingerprints.ts';
import { createGate } from '../server/gate.ts';
import { type KubeApi, KubeApiError, type ResourceType } from '../server/kube-api.ts';
import { generatorObjects, generatorStates, generatorType } from '../server/kube-generators.ts';
import { clusterNamespaces, kubeReader, targetObjects, targetSecrets } from '../server/kube-ports.ts';
import { createLogger } from '../server/logger.ts';
import { createMetrics } from '../server/metrics.ts';
import { createTemplateRunner } from '../server/templates.ts';
import { createInProcessApi } from './api/in-process.ts';
import { createStore } from './api/store.ts';
import { type IntendedPush, withoutWrites } from './dry-backends.ts';
import type { Manifest, ManifestProblem } from './manifests.ts';
import { crdType, namespaceType, secretType } from './metacontroller/discovery.ts';
import type { HookTransport } from './metacontroller/hook-client.ts';
import { createStandIn } from './metacontroller/stand-in.ts';

/** What a set of manifests comes to when their backends are read. */
export interface Rendering {
  /** The Secrets that Keyhook would write. */
  readonly secrets: readonly SecretObject[];
  /** The targets of other kinds. */
  readonly objects: readonly KubeObject[];
  /** The ExternalSecrets and stores with the status that they get. */
  readonly parents: readonly KubeObject[];
  /** What PushSecrets would write; nothing is written. */
  readonly pushes: readonly IntendedPush[];
  /** Manifests that an API server would not take. */
  readonly problems: readonly ManifestProblem[];
}

const group = 'external-secrets.io';
const parentTypes: readonly ResourceType[] = [
  type('clustersecretstores', 'ClusterSecretStore', false),
  type('secretstores', 'SecretStore', true),
  type('clusterexternalsecrets', 'ClusterExternalSecret', false),
  type('externalsecrets', 'ExternalSecret', true),
  type('clusterpushsecrets', 'ClusterPushSecret', false, 'v1alpha1'),
  type('pushsecrets', 'PushSecret', true, 'v1alpha1'),
];
/** What is read, and gets no status. */
const generatorTypes = generatorKinds.map(({ kind }) => generatorType(kind));
const compositeType: ResourceType = {
  group: 'metacontroller.k8s.io',
  version: 'v1alpha1',
  resource: 'compositecontrollers',
  kind: 'CompositeController',
  namespaced: false,
};
const supporting: readonly ResourceType[] = [
  namespaceType,
  secretType,
  { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
  { group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
];

/**
 * Runs the product on manifests, in this process and without a cluster: the same server, the same decisions, the
 * backends read for real, and never written. Objects of other kinds are passed over. ServiceAccount tokens can't be had without a cluster.
 */
export async function render(
  manifests: readonly Manifest[],
  delimiters: Delimiters = standardDelimiters,
  now: () => number = Date.now,
): Promise<Rendering> {
  const api = createInProcessApi(createStore({ now }));
  for (const crd of crds()) await api.create(crdType, crd);
  const problems = await load(api, manifests);

  const pushes: IntendedPush[] = [];
  const { parts, transport, templates } = product(api, delimiters, now, (push) => void pushes.push(push));
  for (const definition of definitions({ hookUrl: 'http://keyhook' }))
    await api.create(compositeType, definition);
  const standIn = createStandIn({ api, transport, workers: 16 });
  try {
    await standIn.start();
    await standIn.idle();
    const lists = await Promise.all(parentTypes.map((parent) => api.list(parent)));
    const { items } = await api.list(secretType);
    const parents = lists.flatMap((list) => list.items);
    return {
      objects: await objectsOf(parents, targetObjects(api)),
      secrets: (items as SecretObject[]).filter(isOurs),
      parents,
      pushes,
      problems,
    };
  } finally {
    await standIn.stop();
    await templates.close();
    await parts.backends.close();
  }
}

/** The server as it ships, but for sockets. */
function product(
  api: KubeApi,
  templateDelimiters: Delimiters,
  now: () => number,
  tell: (push: IntendedPush) => void,
) {
  const templates = createTemplateRunner();
  const log = createLogger('silent');
  const parts = compose({
    kube: { ...kubeReader(api), serviceAccountToken: async () => undefined },
    secrets: targetSecrets(api),
    objects: targetObjects(api),
    generatorObjects: generatorObjects(api),
    generatorStates: generatorStates(api),
    namespaces: clusterNamespaces(api),
    templates,
    fingerprints: fingerprintsBy([randomBytes(32)]),
    events: { record() {} },
    log,
    observer: silentObserver,
    guard: (backends) => withoutWrites(backends, tell),
    settings: {
      controllerClass: 'default',
      adopt: 'always',
      floodGate: true,
      clusterStores: 'on',
      watchTargets: false,
      genericTargets: 'allowed',
      templateDelimiters,
      cleanUpDeadlineMs: 600_000,
      storeRequeueMs: 300_000,
      rolloutIntervalMs: 30_000,
    },
    now,
    coalesceWindowMs: 10_000,
  });
  const gate = createGate({ maxBytes: Number.MAX_SAFE_INTEGER, maxCalls: 1_000, random: Math.random });
  const app = buildApp({
    controllers: parts.controllers,
    decorators: parts.decorators,
    gate,
    metrics: createMetrics({ now, bytesInFlight: gate.bytes, process: 'ignored' }),
    log,
    auth: noAuthentication,
    deadlineMs: 12_000,
    ready: () => true,
  });
  const transport: HookTransport = async (path, payload, signal, headers) => {
    const {
      statusCode,
      headers: got,
      body,
    } = await app.inject({ method: 'POST', url: path, payload, headers, signal });
    return { status: statusCode, headers: got, body };
  };
  return { parts, transport, templates };
}

async function load(api: KubeApi, manifests: readonly Manifest[]): Promise<ManifestProblem[]> {
  const problems: ManifestProblem[] = [];
  const namespaces = new Set(['default', 'kube-system']);
  for (const { file, object } of manifests) {
    const found = [...parentTypes, ...generatorTypes, ...supporting].find(
      ({ kind, group }) => kind === object.kind && group === groupOf(object.apiVersion),
    );
    if (found === undefined) continue;
    // Made bare for an object in it, one that has its manifest would lose its labels.
    if (object.kind === 'Namespace') namespaces.add(object.metadata.name);
    const namespace = object.metadata.namespace ?? 'default';
    if (found.namespaced && !namespaces.has(namespace)) {
      namespaces.add(namespace);
      await apply(api, namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    }
    const placed = found.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
    try {
      await apply(api, versioned(found, object), placed);
    } catch (error) {
      if (!(error instanceof KubeApiError)) throw error;
      problems.push({ file, message: `${object.kind} ${object.metadata.name}: ${reasonOf(error, found)}` });
    }
  }
  return problems;
}

/** The API server's text about a Secret may quote the Secret. */
function reasonOf(error: KubeApiError, { kind }: ResourceType): string {
  return kind === 'Secret' ? `not a valid Secret (${error.reason})` : error.message;
}

function versioned(known: ResourceType, { apiVersion }: KubeObject): ResourceType {
  const version = apiVersion.split('/').at(-1) ?? known.version;
  return { ...known, version };
}

async function apply(api: KubeApi, resource: ResourceType, object: KubeObject): Promise<void> {
  await api.apply(resource, object, { fieldManager: 'keyhook-render', force: true });
}

/** The targets that the parents have by manifest, those that are there. */
async function objectsOf(parents: readonly KubeObject[], targets: TargetObjects): Promise<KubeObject[]> {
  const found = await Promise.all(
    parents.map(({ metadata, spec }) => {
      const { name, manifest } = (spec as ExternalSecretSpec | undefined)?.target ?? {};
      return manifest === undefined
        ? undefined
        : targets.get(manifest, metadata.namespace ?? '', name ?? metadata.name).catch(() => undefined);
    }),
  );
  return found.filter((object) => object !== undefined);
}

/** A child, or one that the hook has applied itself. */
function isOurs({ metadata: { ownerReferences = [], managedFields = [] } }: SecretObject): boolean {
  return (
    ownerReferences.some(({ kind, controller }) => kind === 'ExternalSecret' && controller) ||
    managedFields.some(({ manager = '' }) => isFieldManager(manager))
  );
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function type(resource: string, kind: string, namespaced: boolean, version = 'v1'): ResourceType {
  return { group, version, resource, kind, namespaced };
}
