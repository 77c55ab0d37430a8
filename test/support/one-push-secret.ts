import type { HookRequest, SyncOutcome } from '../../composite-controllers/controller.ts';
import { matchesSelector } from '../../composite-controllers/lib/label-selector.ts';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import type { LogFields, Settings } from '../../composite-controllers/lib/ports.ts';
import { createPushSecretController } from '../../composite-controllers/push-secret/sync.ts';
import { defaultLimits } from '../../composite-controllers/template/limits.ts';
import { doWork } from '../../composite-controllers/template/work.ts';
import type { Backends, StoreHandle } from '../../providers/backends.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import type { PushTarget } from '../../providers/kit/provider.ts';
import { pushedValue } from '../../providers/kit/push.ts';
import { randomness } from '../../server/randomness.ts';
import { type Mod, settings, startOfTests, store } from './builders.ts';

/** What a test may look at and change. */
export interface PushWorld {
  now: number;
  /** All objects of the cluster. */
  objects: KubeObject[];
  /** What a cache shows of them, where it lags. */
  shown: KubeObject[] | undefined;
  /** What the backends hold, by `store: remoteKey` or `store: remoteKey/property`. */
  held: Map<string, string>;
  /** Calls of backends since the test emptied it, such as `push vault: db`. */
  calls: string[];
  /** What a call that matches comes to, instead of taking effect. */
  failing: { readonly call: RegExp; readonly error: ProviderError }[];
  /** HTTP status with which the Kubernetes API refuses to show Secrets. */
  kubeFails: number | undefined;
  /** The Secrets that were asked for. */
  asked: string[];
  events: string[];
  /** Lines of the log that tell of changes. */
  audit: LogFields[];
  /** How often something was generated: each value is another one. */
  generated: number;
}

/** A PushSecret `team-a/app` that pushes the key `password` of Secret `source` to `db` in SecretStore `vault`. */
export function pushSecret(...mods: Mod<KubeObject>[]): KubeObject {
  const object: KubeObject = {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'PushSecret',
    metadata: {
      name: 'app',
      namespace: 'team-a',
      uid: '7d1c0000-0000-4000-8000-0000000000aa',
      generation: 1,
      resourceVersion: '100',
      creationTimestamp: '2026-03-01T09:00:00Z',
    },
    spec: {
      refreshInterval: '1h0m0s',
      secretStoreRefs: [{ name: 'vault', kind: 'SecretStore' }],
      updatePolicy: 'Replace',
      deletionPolicy: 'Delete',
      selector: { secret: { name: 'source' } },
      data: [
        { match: { secretKey: 'password', remoteRef: { remoteKey: 'db' } }, conversionStrategy: 'None' },
      ],
    },
  };
  for (const mod of mods) mod(object);
  return object;
}

/** A Secret that can be pushed. */
export function sourceSecret(data: Record<string, string>, ...mods: Mod<SecretObject>[]): SecretObject {
  const secret: SecretObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: 'source', namespace: 'team-a', uid: 'source-uid', resourceVersion: '10' },
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  };
  for (const mod of mods) mod(secret);
  return secret;
}

const namespace = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, uid: `ns-${name}`, labels: { 'kubernetes.io/metadata.name': name } },
});

/** A cluster with a store and a Secret, its backends, and the controller of PushSecrets as Metacontroller drives it. */
export function setupPush(flags: Partial<Settings> = {}) {
  const world: PushWorld = {
    now: startOfTests,
    objects: [namespace('team-a'), namespace('team-b'), store(), sourceSecret({ password: 'one' })],
    shown: undefined,
    held: new Map(),
    calls: [],
    failing: [],
    kubeFails: undefined,
    asked: [],
    events: [],
    audit: [],
    generated: 0,
  };
  const call = (verb: string, { name }: StoreHandle, { remoteKey, property }: PushTarget) => {
    const place = `${name}: ${remoteKey}${property ? `/${property}` : ''}`;
    const said = `${verb} ${place}`;
    world.calls.push(said);
    const failure = world.failing.find(({ call }) => call.test(said));
    if (failure !== undefined) throw failure.error;
    return place;
  };
  const unused = async () => Promise.reject(new ProviderError('Unsupported'));
  const backends: Backends = {
    read: unused,
    find: unused,
    async push(handle, _consumer, push) {
      const value = Buffer.from(pushedValue(push)).toString();
      const place = call('push', handle, push);
      if (world.held.get(place) === value) return 'unchanged';
      world.held.set(place, value);
      world.calls.push(`write ${place}`);
      return 'written';
    },
    async delete(handle, _consumer, target) {
      return world.held.delete(call('delete', handle, target)) ? 'deleted' : 'absent';
    },
    exists: async (handle, _consumer, target) => world.held.has(call('exists', handle, target)),
    check: async () => 'ready',
    health: () => ({ breaker: 'closed' }),
    close: async () => {},
  };
  const secretOf = (ns: string, name: string) =>
    world.objects.find(
      ({ kind, metadata }) => kind === 'Secret' && metadata.namespace === ns && metadata.name === name,
    );
  const start = () =>
    createPushSecretController({
      now: () => world.now,
      backends,
      secrets: {
        async get(ns, name) {
          world.asked.push(`${ns}/${name}`);
          if (world.kubeFails !== undefined)
            throw Object.assign(new Error('refused'), { status: world.kubeFails });
          return structuredClone(secretOf(ns, name)) as SecretObject | undefined;
        },
        patch: unused,
        apply: unused,
      },
      sources: {
        configMap: async () => undefined,
        secret: async (ns, name) => {
          const secret = secretOf(ns, name) as SecretObject | undefined;
          if (secret === undefined) return undefined;
          const data = new Map(
            Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
          );
          return { uid: '', resourceVersion: '', labels: {}, data };
        },
      },
      generations: {
        async take() {
          world.generated += 1;
          const values = new Map([['password', Buffer.from(`generated ${world.generated}`)]]);
          return { kind: 'values', values, madeAt: world.now };
        },
        settle() {},
      },
      templates: { run: async (_tenant, work) => doWork(work, randomness, defaultLimits) },
      events: {
        record: (_object, type, reason, message) => void world.events.push(`${type} ${reason}: ${message}`),
      },
      log: {
        debug() {},
        info: (fields) => void (fields.audit === undefined || world.audit.push(fields)),
        warn() {},
        error() {},
      },
      settings: { ...settings, ...flags },
    });
  let controller = start();

  /** One call of sync, or of finalize when the PushSecret is being deleted; its status is written unless told otherwise. */
  const pass = async (
    parent: KubeObject,
    status: 'lands' | 'is lost' = 'lands',
    hook: 'sync' | 'finalize' = parent.metadata.deletionTimestamp === undefined ? 'sync' : 'finalize',
  ): Promise<SyncOutcome> => {
    const body = JSON.parse(JSON.stringify(requestOf(parent, world.shown ?? world.objects, controller)));
    const outcome = await controller[hook]!(body, { signal: new AbortController().signal });
    if (outcome.kind === 'answer') applyChildren(world, parent, outcome.response.children);
    if (outcome.kind === 'answer' && status === 'lands')
      parent.status = structuredClone(outcome.response.status);
    return outcome;
  };
  const restart = () => {
    controller = start();
  };
  return { world, pass, restart, customize: (parent: KubeObject) => relatedRules(controller, parent) };
}

/** As Metacontroller does it: what is missing goes. */
function applyChildren(world: PushWorld, { metadata }: KubeObject, children: readonly KubeObject[]): void {
  const isOwn = (object: KubeObject) =>
    object.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) === true;
  const owner = { apiVersion: 'v1', kind: 'PushSecret', name: metadata.name, uid: metadata.uid ?? '' };
  world.objects = world.objects.filter((object) => !isOwn(object));
  for (const child of children)
    world.objects.push({ ...child, metadata: { ...child.metadata, ownerReferences: [owner] } });
}

type Controller = ReturnType<typeof createPushSecretController>;

function relatedRules(controller: Controller, parent: KubeObject) {
  return controller.customize!({ controller: parent, parent }).relatedResources;
}

const resources: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  Secret: 'secrets',
  SecretStore: 'secretstores',
  ClusterSecretStore: 'clustersecretstores',
};

/** The request with what the controller itself asked to see. */
function requestOf(parent: KubeObject, objects: readonly KubeObject[], controller: Controller): HookRequest {
  const rules = relatedRules(controller, parent);
  const related: Record<string, Record<string, KubeObject>> = {};
  for (const object of objects) {
    const { namespace, name, labels } = object.metadata;
    const isAsked = rules.some((rule) => {
      if (rule.resource !== resources[object.kind] || rule.apiVersion !== object.apiVersion) return false;
      if (namespace !== undefined && rule.namespace !== undefined && rule.namespace !== namespace)
        return false;
      return 'names' in rule ? rule.names.includes(name) : matchesSelector(rule.labelSelector, labels);
    });
    if (!isAsked) continue;
    const group = `${object.kind}.${object.apiVersion}`;
    related[group] = {
      ...related[group],
      [namespace === undefined ? name : `${namespace}/${name}`]: object,
    };
  }
  return {
    controller: parent,
    parent,
    children: {
      'Secret.v1': Object.fromEntries(
        objects
          .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === parent.metadata.uid))
          .map((secret) => [`${secret.metadata.namespace}/${secret.metadata.name}`, secret]),
      ),
    },
    related,
    finalizing: parent.metadata.deletionTimestamp !== undefined,
  };
}

/** Ready condition of a PushSecret. */
export function readyOf({ status }: KubeObject) {
  type Ready = { status: string; reason: string; message: string };
  return (status as { conditions?: Ready[] } | undefined)?.conditions?.[0];
}

/** What the status says that is in the backends, as `store place`. */
export function syncedIn({ status }: KubeObject): string[] {
  const { syncedPushSecrets = {} } = (status ?? {}) as { syncedPushSecrets?: Record<string, object> };
  return Object.entries(syncedPushSecrets)
    .flatMap(([key, places]) => Object.keys(places).map((place) => `${key} ${place}`))
    .sort();
}
