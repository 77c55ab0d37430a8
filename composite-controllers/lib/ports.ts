import type { KubeReader } from '../../providers/kit/kube.ts';
import type { Delimiters } from '../template/parse/scanner.ts';
import type { Work, WorkResult } from '../template/work.ts';
import type { JsonPatchOperation } from './json-patch.ts';
import type { KubeObject, SecretObject } from './objects.ts';

/**
 * The hook's own access to target Secrets: by name only, never a list, never a watch (design rule 10). A failed call
 * rejects with an error that carries the API server's numeric `status` (0: not reached).
 */
export interface TargetSecrets {
  /** The live Secret, or undefined when there is none. */
  get(namespace: string, name: string): Promise<SecretObject | undefined>;
  /** Applies an RFC 6902 patch that carries its own `test` of resourceVersion; `conflict` when the Secret has moved on or is gone. */
  patch(
    namespace: string,
    name: string,
    patch: readonly JsonPatchOperation[],
  ): Promise<{ kind: 'patched'; secret: SecretObject } | { kind: 'conflict' }>;
  /**
   * Forced server-side apply of the Secret under its own name and the given field manager; creates it when there is none.
   * With `uid` and `resourceVersion` it is bound to that very state: `conflict` when the Secret has moved on or is gone.
   */
  apply(
    secret: SecretObject,
    fieldManager: string,
  ): Promise<{ kind: 'applied'; secret: SecretObject } | { kind: 'conflict' }>;
}

/** A kind of objects. */
export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * The hook's own access to targets of any kind, by name only, where the installation allows them. Rejects as
 * {@link TargetSecrets} does.
 */
export interface TargetObjects {
  /** Whether objects of the kind live in namespaces; `unknown` when the API server does not serve it. */
  scope(kind: ObjectKind): Promise<'namespaced' | 'cluster' | 'unknown'>;
  get(kind: ObjectKind, namespace: string, name: string): Promise<KubeObject | undefined>;
  /** As {@link TargetSecrets.apply}. */
  apply(
    object: KubeObject,
    fieldManager: string,
  ): Promise<{ kind: 'applied'; object: KubeObject } | { kind: 'conflict' }>;
  /** Deletes the object if it is still that very one. */
  remove(object: KubeObject): Promise<void>;
  /** As {@link TargetSecrets.patch}. */
  patch(
    object: KubeObject,
    patch: readonly JsonPatchOperation[],
  ): Promise<{ kind: 'patched'; object: KubeObject } | { kind: 'conflict' }>;
}

/** Namespaces, live and by name; undefined when there is none. Rejects as {@link TargetSecrets} does. */
export interface ClusterNamespaces {
  get(name: string): Promise<KubeObject | undefined>;
}

/**
 * Executes templates: the small ones at once, those that take long in a thread with a hard stop. `stopped`: that was needed;
 * `busy`: too many wait for the thread, or too many of the tenant; tenants (namespaces) take turns there. Rejects with the signal's
 * reason when that aborts first.
 */
export interface TemplateRunner {
  run(
    tenant: string,
    work: Work,
    signal: AbortSignal,
  ): Promise<WorkResult | { kind: 'stopped' } | { kind: 'busy' }>;
}

/** Objects that hold templates, read live and by name; undefined when there is none. Rejects as {@link TargetSecrets} does. */
export type TemplateSources = Pick<KubeReader, 'configMap' | 'secret'>;

/**
 * Fingerprints by keys that the hook alone has: who does not have one can neither make a fingerprint nor find out by trying
 * what it was made of.
 */
export interface Fingerprints {
  /** The fingerprint of the parts in their order, by each key that is accepted; the newest first. */
  of(parts: readonly Uint8Array[]): readonly string[];
}

/** Generators, read live and by name; undefined when there is none. Rejects as {@link TargetSecrets} does. */
export interface GeneratorObjects {
  /** Without a namespace: a ClusterGenerator. */
  generator(kind: string, namespace: string | undefined, name: string): Promise<KubeObject | undefined>;
}

/** GeneratorStates, as the hook writes them. Rejects as {@link TargetSecrets} does. */
export interface GeneratorStates {
  create(state: KubeObject): Promise<KubeObject>;
  /** Applies a patch that carries its own `test` of resourceVersion; `conflict` when the state has moved on or is gone. */
  patch(state: KubeObject, patch: readonly JsonPatchOperation[]): Promise<'patched' | 'conflict'>;
  /** Deletes the state if it is still that very one. */
  remove(state: KubeObject): Promise<void>;
}

/** An event on an object: written best effort, deduplicated, never awaited by a decision. */
export interface EventSink {
  record(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/** The log as the decision layer sees it: names and codes, never values or objects. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Answered by the process to what the flags say. */
export interface Settings {
  /** A store with another non-empty `spec.controller` is somebody else's. */
  readonly controllerClass: string;
  /** `never` refuses to take over an existing Secret that nobody controls. */
  readonly adopt: 'always' | 'never';
  /** Whether an ExternalSecret waits for its store's Ready condition (ESO's flood gate). */
  readonly floodGate: boolean;
  /** Whether targets into which keys are merged are watched, so that drift is repaired at once. */
  readonly watchTargets: boolean;
  /** `off` leaves ClusterSecretStores, and what names one, alone (ESO's --enable-cluster-store-reconciler=false). */
  readonly clusterStores: 'on' | 'off';
  /** Whether targets may be of other kinds than Secret. */
  readonly genericTargets: 'allowed' | 'refused';
  /** What encloses the actions of templates; `rewrite.transform` has the standard ones always. */
  readonly templateDelimiters: Delimiters;
  /** How long a PushSecret that is being deleted waits for a backend that does not delete, in ms. */
  readonly cleanUpDeadlineMs: number;
  /** How often a store is validated when its spec sets no refreshInterval, in ms. */
  readonly storeRequeueMs: number;
  /** How often the Secrets of a workload that wants rollouts are looked at, in ms. */
  readonly rolloutIntervalMs: number;
}

/** Status of a failed call of a port, or undefined when the error is not one of those. */
export function kubernetesStatus(error: unknown): number | undefined {
  const status = error instanceof Error ? (error as { status?: unknown }).status : undefined;
  return typeof status === 'number' ? status : undefined;
}
