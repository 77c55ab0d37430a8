import type { SyncOutcome } from '../../composite-controllers/controller.ts';
import { createExternalSecretController } from '../../composite-controllers/external-secret/sync.ts';
import { createGenerations } from '../../composite-controllers/generator/generations.ts';
import type { JsonPatchOperation } from '../../composite-controllers/lib/json-patch.ts';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import type { LogFields, Settings } from '../../composite-controllers/lib/ports.ts';
import { defaultLimits } from '../../composite-controllers/template/limits.ts';
import { doWork } from '../../composite-controllers/template/work.ts';
import type { Backends, ReadOptions } from '../../providers/backends.ts';
import { generatorRegistry } from '../../providers/generator-registry.ts';
import { createGenerators } from '../../providers/generators.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import type { Generator } from '../../providers/kit/generator.ts';
import type { KubeData, KubeReader } from '../../providers/kit/kube.ts';
import { silentObserver } from '../../providers/observer.ts';
import { fingerprintsBy } from '../../server/fingerprints.ts';
import { randomness } from '../../server/randomness.ts';
import { appliedFields, request, settings, startOfTests, store, uid } from './builders.ts';

/** What a test may look at and change. */
export interface World {
  now: number;
  values: Map<string, string>;
  failWith: ProviderError | undefined;
  /** HTTP status with which the Kubernetes API refuses to show Secrets. */
  kubeFails: number | undefined;
  reads: { key: string; options: ReadOptions }[];
  /** The Secrets of the cluster by name. */
  live: Map<string, SecretObject>;
  patches: { name: string; patch: readonly JsonPatchOperation[] }[];
  events: string[];
  /** Lines of the log that tell of changes. */
  audit: LogFields[];
  /** What holds templates, by kind and name. */
  sources: Map<string, KubeData>;
  /** The sources that were asked for. */
  asked: string[];
  /** GeneratorStates that were written. */
  states: KubeObject[];
  /** Generators, by kind and name. */
  generators: Map<string, KubeObject>;
  parent: KubeObject;
  related: KubeObject[];
  version: number;
}

const noKube: KubeReader = {
  secret: async () => undefined,
  configMap: async () => undefined,
  serviceAccount: async () => undefined,
  serviceAccountToken: async () => undefined,
};

/** One ExternalSecret, its backend and its cluster; `pass` is one sync call, whose answer is applied unless told otherwise. */
export function setup(
  parent: KubeObject,
  flags: Partial<Settings> = {},
  built: ReadonlyMap<string, Generator> = generatorRegistry,
  kube: KubeReader = noKube,
) {
  const world: World = {
    now: startOfTests,
    values: new Map([['db', 'one']]),
    failWith: undefined,
    kubeFails: undefined,
    reads: [],
    live: new Map(),
    patches: [],
    events: [],
    audit: [],
    sources: new Map(),
    asked: [],
    states: [],
    generators: new Map(),
    parent,
    related: [store()],
    version: 1_000,
  };
  const backends: Backends = {
    async read(_store, _consumer, ref, options) {
      world.reads.push({ key: ref.key, options });
      if (world.failWith !== undefined) throw world.failWith;
      const value = world.values.get(ref.key);
      if (value === undefined) throw new ProviderError('NotFound', { what: ref.key });
      return {
        size: 1,
        value: () => Buffer.from(value),
        map: () => new Map(value === '' ? [] : [['key', Buffer.from(value)]]),
      };
    },
    async find() {
      if (world.failWith !== undefined) throw world.failWith;
      return new Map([...world.values].map(([key, value]) => [key, Buffer.from(value)]));
    },
    push: async () => 'written',
    delete: async () => 'absent',
    exists: async () => false,
    check: async () => 'ready',
    health: () => ({ breaker: 'closed' }),
    close: async () => {},
  };
  const start = () =>
    createExternalSecretController({
      now: () => world.now,
      backends,
      generations: createGenerations({
        generators: createGenerators({
          built,
          kube,
          observer: silentObserver,
          now: () => world.now,
        }),
        states: {
          async create(state) {
            world.states.push(state);
            return state;
          },
          patch: async () => 'patched',
          remove: async () => {},
        },
        objects: { generator: async (kind, _namespace, name) => world.generators.get(`${kind}/${name}`) },
        built,
        controllerClass: settings.controllerClass,
        now: () => world.now,
      }),
      secrets: {
        async get(_namespace, name) {
          if (world.kubeFails !== undefined)
            throw Object.assign(new Error('refused'), { status: world.kubeFails });
          return structuredClone(world.live.get(name));
        },
        async patch(_namespace, name, patch) {
          const secret = world.live.get(name);
          if (secret === undefined || patch[0]?.value !== secret.metadata.resourceVersion)
            return { kind: 'conflict' };
          world.patches.push({ name, patch });
          for (const { op, path } of patch) {
            if (op !== 'remove') continue;
            if (path.startsWith('/data/')) delete secret.data![path.slice(6)];
            if (path.startsWith('/metadata/ownerReferences/')) secret.metadata.ownerReferences = [];
            if (path === '/metadata/labels/controller-uid') delete secret.metadata.labels!['controller-uid'];
          }
          secret.metadata.resourceVersion = String(world.version++);
          return { kind: 'patched', secret };
        },
        apply: () => Promise.reject(new Error('a child is written by Metacontroller')),
      },
      objects: {
        scope: async () => 'unknown',
        get: async () => undefined,
        apply: async () => ({ kind: 'conflict' }),
        patch: async () => ({ kind: 'conflict' }),
        remove: async () => {},
      },
      sources: {
        configMap: async (namespace, name) => {
          world.asked.push(`ConfigMap ${namespace}/${name}`);
          return world.sources.get(`ConfigMap/${name}`);
        },
        secret: async (namespace, name) => {
          world.asked.push(`Secret ${namespace}/${name}`);
          return world.sources.get(`Secret/${name}`);
        },
      },
      templates: { run: async (_tenant, work) => doWork(work, randomness, defaultLimits) },
      fingerprints: fingerprintsBy([Buffer.from('the key of the tests')]),
      events: { record: (_object, type, reason) => void world.events.push(`${type} ${reason}`) },
      log: {
        debug() {},
        info: (fields) => void (fields.audit === undefined || world.audit.push(fields)),
        warn() {},
        error() {},
      },
      settings: { ...settings, ...flags },
    });
  let controller = start();
  const restart = () => {
    controller = start();
  };

  const owned = () =>
    [...world.live.values()].filter((secret) =>
      secret.metadata.ownerReferences?.some((owner) => owner.uid === uid),
    );

  /** One sync call. `writes: 'fail'` is a cluster that refuses the Secret while it takes the status. */
  const pass = async (writes: 'land' | 'fail' = 'land', children?: KubeObject[]): Promise<SyncOutcome> => {
    const body = JSON.parse(
      JSON.stringify(request(world.parent, { children: children ?? owned(), related: world.related })),
    );
    const outcome = await controller.sync(body, { signal: new AbortController().signal });
    if (outcome.kind === 'wait') return outcome;
    if (JSON.stringify(world.parent.status) !== JSON.stringify(outcome.response.status)) {
      world.parent.status = structuredClone(outcome.response.status);
      world.parent.metadata.resourceVersion = String(world.version++);
    }
    if (writes === 'land') apply(outcome.response.children as SecretObject[]);
    return outcome;
  };

  const apply = (children: readonly SecretObject[]) => {
    for (const secret of owned()) {
      if (!children.some((child) => child.metadata.name === secret.metadata.name))
        world.live.delete(secret.metadata.name);
    }
    for (const child of children) {
      const known = world.live.get(child.metadata.name);
      const secret: SecretObject = structuredClone(child);
      secret.data = { ...known?.data, ...secret.data };
      secret.metadata.labels = {
        ...known?.metadata.labels,
        ...secret.metadata.labels,
        'controller-uid': uid,
      };
      secret.metadata.ownerReferences = [
        { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'app', uid, controller: true },
      ];
      secret.metadata.managedFields = [appliedFields(child)];
      (secret.metadata.managedFields[0]!.fieldsV1!['f:metadata'] as Record<string, object>)['f:labels'] = {
        ...(appliedFields(child).fieldsV1['f:metadata'] as Record<string, object>)['f:labels'],
        'f:controller-uid': {},
      };
      if (
        JSON.stringify({ ...known, metadata: { ...known?.metadata, resourceVersion: '' } }) !==
        JSON.stringify({ ...secret, metadata: { ...secret.metadata, resourceVersion: '' } })
      ) {
        secret.metadata.resourceVersion = String(world.version++);
        world.live.set(child.metadata.name, secret);
      }
    }
  };

  const ready = () =>
    (
      world.parent.status as
        | { conditions?: { status: string; reason: string; message: string }[] }
        | undefined
    )?.conditions?.[0];
  const value = (name = 'app', key = 'password') =>
    Buffer.from(world.live.get(name)?.data?.[key] ?? '', 'base64').toString();
  return { world, pass, ready, value, restart };
}
