import type { LabelSelector } from './lib/label-selector.ts';
import type { KubeObject } from './lib/objects.ts';

/** Objects by `namespace/name` (`name` when cluster-scoped), by `Kind.version` or `Kind.group/version` (hooks v2, spec metacontroller 3.5). */
export type ObjectGroups = Readonly<Record<string, Readonly<Record<string, KubeObject>>>>;

/** Body of a sync or finalize call. */
export interface HookRequest {
  readonly controller: KubeObject;
  readonly parent: KubeObject;
  readonly children: ObjectGroups;
  readonly related: ObjectGroups;
  readonly finalizing: boolean;
}

/** Body of a customize call. */
export interface CustomizeRequest {
  readonly controller: KubeObject;
  readonly parent: KubeObject;
}

/**
 * One rule that selects related objects, by name or by labels. `names` is never empty: an empty list would widen to
 * everything. A selector of a parent with a namespace always names that namespace, also for kinds that have none;
 * one of a parent without selects Namespaces.
 */
export type RelatedRule = {
  readonly apiVersion: string;
  readonly resource: string;
  readonly namespace?: string;
} & ({ readonly names: readonly string[] } | { readonly labelSelector: LabelSelector });

/** The complete desired state: `status` replaces the parent's, `children` are all the objects that may stay. */
export interface SyncResponse {
  readonly status: object;
  readonly children: readonly KubeObject[];
  /** Seconds; at least 1. Absent: nothing is due by time. */
  readonly resyncAfterSeconds?: number;
  /** Of finalize alone: nothing holds the parent any more. */
  readonly finalized?: true;
}

/** What a sync call comes to: an answer, or "ask again later" which leaves everything as it is (HTTP 429). */
export type SyncOutcome =
  | { readonly kind: 'answer'; readonly response: SyncResponse; readonly summary: SyncSummary }
  | { readonly kind: 'wait'; readonly seconds: number; readonly summary: SyncSummary };

/** What the log line and the metrics of a call say: names and codes only. */
export interface SyncSummary {
  /** Such as `Keep`, `Refresh`, `Refuse`. */
  readonly decision: string;
  /** Why, in one CamelCase word. */
  readonly reason: string;
  /** Code of the error that made Ready=False, when there is one. */
  readonly code?: string;
  /** The stores that the parent depends on, each as `Kind/name`. */
  readonly stores?: readonly string[];
}

/** Limits of one call. */
export interface CallContext {
  /** Aborted when the caller is gone, or the deadline has passed. */
  readonly signal: AbortSignal;
}

/** One parent kind: what its hooks answer. Registered by one line in `index.ts`. */
export interface CompositeController {
  /** Path segment of its hooks: `/hooks/<name>/<hook>`. */
  readonly name: string;
  readonly parentKind: string;
  sync(request: HookRequest, context: CallContext): Promise<SyncOutcome>;
  /** The last passes over a parent that is being deleted, or is to be looked after by others; with it every parent has a finalizer. */
  finalize?(request: HookRequest, context: CallContext): Promise<SyncOutcome>;
  /** Pure, never an error: the related objects that the parent's spec names. */
  customize?(request: CustomizeRequest): { readonly relatedResources: readonly RelatedRule[] };
}

/** Body of a sync call about an object that is somebody else's. */
export interface DecoratorRequest {
  readonly controller: KubeObject;
  readonly object: KubeObject;
  readonly attachments: ObjectGroups;
  readonly related: ObjectGroups;
  readonly finalizing: boolean;
}

/** What a sync call comes to: when to ask again. Absent: nothing is due by time. Nothing is attached to the object. */
export interface DecoratorOutcome {
  readonly resyncAfterSeconds?: number;
  readonly summary: SyncSummary;
}

/** Some kinds of others: what its hook answers. Registered by one line in `index.ts`. */
export interface DecoratorController {
  /** As with {@link CompositeController}. */
  readonly name: string;
  readonly kinds: readonly string[];
  sync(request: DecoratorRequest, context: CallContext): Promise<DecoratorOutcome>;
}
