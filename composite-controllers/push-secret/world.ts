import { createHash } from 'node:crypto';
import type { Problem } from '../../providers/kit/provider.ts';
import type { HookRequest } from '../controller.ts';
import { syncedResourceVersion } from '../lib/hash.ts';
import { matchesSelector } from '../lib/label-selector.ts';
import type { NamespaceView } from '../lib/namespace-conditions.ts';
import type { KubeObject, SecretObject } from '../lib/objects.ts';
import { once } from '../lib/once.ts';
import type { Settings } from '../lib/ports.ts';
import { type StoreView, storeKey, viewStore } from '../secret-store/view.ts';
import { generatedName } from './generated.ts';
import { pushSecretProblems } from './rules.ts';
import type { PushSecretSpec, PushSecretStatus } from './schema.ts';

/** A store among the related objects. */
export interface Store {
  readonly view: StoreView;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly isGoing: boolean;
}

/** Everything that a decision may look at: the state of the world as one call sees it. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly object: KubeObject;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly spec: PushSecretSpec;
  /** What is wrong with the spec: then nothing else may look at its fields. */
  readonly problems: () => readonly Problem[];
  readonly status: PushSecretStatus;
  /** What `status.syncedResourceVersion` becomes when this spec, these labels and annotations are pushed. */
  readonly version: string;
  /** The Secret that holds what was generated for a push, as it is observed. */
  readonly generated: SecretObject | undefined;
  /** Whether the status is the one that is shown, and so is certainly written. */
  readonly isRecorded: boolean;
  /** The Secrets that the spec selects, as the caller's cache shows them. */
  readonly sources: readonly SecretObject[];
  /** Stores by {@link storeKey}: those that the spec selects, and those that hold what was pushed. */
  readonly stores: ReadonlyMap<string, Store>;
  /** The own namespace, as stores see it. */
  readonly consumer: NamespaceView;
  readonly isNamespaceGoing: boolean;
}

/** The world of one hook request; `status` is the one that counts when the request shows an older one. */
export function readWorld(
  request: HookRequest,
  now: number,
  { templateDelimiters }: Pick<Settings, 'templateDelimiters'>,
  status: PushSecretStatus | undefined = request.parent.status as PushSecretStatus | undefined,
): World {
  const object = request.parent;
  const { name, namespace = '', uid = '' } = object.metadata;
  const spec = (object.spec ?? {}) as PushSecretSpec;
  const problems = once(() => pushSecretProblems(object, templateDelimiters));
  const home = request.related['Namespace.v1']?.[namespace]?.metadata;
  const secrets = Object.values(request.related['Secret.v1'] ?? {}) as SecretObject[];
  return {
    now,
    object,
    uid,
    namespace,
    name,
    spec,
    problems,
    status: status ?? {},
    isRecorded: status === request.parent.status,
    generated: request.children['Secret.v1']?.[`${namespace}/${generatedName(uid)}`],
    version: syncedResourceVersion(object.metadata),
    sources: problems().length > 0 ? [] : secrets.filter((secret) => isSource(secret, spec, namespace)),
    stores: storesOf(request, namespace),
    consumer: { name: namespace, labels: home?.labels },
    isNamespaceGoing: home?.deletionTimestamp !== undefined,
  };
}

/** Whether the spec selects the Secret, in the own namespace and nowhere else (GHSA-fcxq-v2r3-cc8h). */
export function isSource(
  { metadata }: SecretObject,
  { selector }: PushSecretSpec,
  namespace: string,
): boolean {
  const { secret } = selector;
  if (secret === undefined || metadata.namespace !== namespace) return false;
  if (secret.name) return metadata.name === secret.name;
  return secret.selector !== undefined && matchesSelector(secret.selector, metadata.labels);
}

function storesOf({ related }: HookRequest, namespace: string): ReadonlyMap<string, Store> {
  const stores = new Map<string, Store>();
  for (const kind of ['SecretStore', 'ClusterSecretStore'] as const) {
    for (const object of Object.values(related[`${kind}.external-secrets.io/v1`] ?? {})) {
      const { name, labels, deletionTimestamp } = object.metadata;
      if (kind === 'SecretStore' && object.metadata.namespace !== namespace) continue;
      const isGoing = deletionTimestamp !== undefined;
      stores.set(storeKey({ kind, name }), { view: viewStore(object, kind), labels, isGoing });
    }
  }
  return stores;
}

/**
 * What `status.inputs` becomes when these Secrets are pushed into these stores. It is made of versions and of nothing that
 * the Secrets hold: whoever sees the status learns nothing about a value.
 */
export function inputsOf(sources: readonly SecretObject[], stores: readonly Store[]): string {
  const secrets = sources.map(({ metadata: { name, uid, resourceVersion } }) => [name, uid, resourceVersion]);
  const places = stores.map(({ view: { handle } }) => [
    handle.kind,
    handle.name,
    handle.uid,
    handle.generation,
  ]);
  return digest([sorted(secrets), sorted(places)]);
}

/** What a failed attempt was made with: when it changes, the next attempt need not wait. */
export function attemptVersion({ version, sources }: World, stores: readonly Store[]): string {
  return digest([version, inputsOf(sources, stores)]);
}

function sorted(list: readonly unknown[][]): string[] {
  return list.map((entry) => JSON.stringify(entry)).sort();
}

function digest(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);
}
