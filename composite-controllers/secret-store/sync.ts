import { LRUCache } from 'lru-cache';
import type { Backends } from '../../providers/backends.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import type { Provider, StoreScope } from '../../providers/kit/provider.ts';
import type { CallContext, CompositeController, HookRequest, SyncOutcome } from '../controller.ts';
import { parseRefreshInterval } from '../lib/duration.ts';
import type { KubeObject } from '../lib/objects.ts';
import type { EventSink, Log, Settings } from '../lib/ports.ts';
import type { StoreFailure } from './errors.ts';
import { maintenanceNotice } from './maintenance.ts';
import type { StoreSpec, StoreStatus } from './schema.ts';
import { nextStoreStatus, type StoreOutcome } from './status.ts';
import { createStoreCheck } from './validity.ts';
import { type StoreKind, type StoreView, viewStore } from './view.ts';

/** What the stores' controllers need from their surroundings. */
export interface StoreDeps {
  readonly now: () => number;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly backends: Backends;
  readonly events: EventSink;
  readonly log: Log;
  readonly settings: Settings;
}

/** A store that does not work is looked at as often as its breaker probes; so its recovery is seen by all who wait. */
const probeEveryMs = 30_000;
/** A healthy store is looked at so often, without a call, to notice that its breaker has opened. */
const lookEveryMs = 60_000;
const checkDeadlineMs = 8_000;
const busyAgainMs = 5_000;

interface Checked {
  readonly generation: number;
  readonly at: number;
}

/** The controller of SecretStores, or of ClusterSecretStores: validates (spec core 2.4) and shows how the store does. */
export function createStoreController(kind: StoreKind, deps: StoreDeps): CompositeController {
  const checkSpec = createStoreCheck(deps.providers);
  const checked = new LRUCache<string, Checked>({ max: 10_000 });

  const sync = async ({ parent }: HookRequest, { signal }: CallContext): Promise<SyncOutcome> => {
    const now = deps.now();
    const store = viewStore(parent, kind);
    const status = (parent.status ?? {}) as StoreStatus;
    if (parent.metadata.deletionTimestamp !== undefined) return unchanged(status, undefined, 'BeingDeleted');
    if (store.controller !== '' && store.controller !== deps.settings.controllerClass) {
      return unchanged(status, undefined, 'OtherClass');
    }
    if (kind === 'ClusterSecretStore' && deps.settings.clusterStores === 'off') {
      return unchanged(status, undefined, 'ClusterStoresOff');
    }
    const failure = checkSpec(parent, scopeOf(store));
    if (failure !== undefined) return answer(parent, status, { kind: 'Failed', failure }, undefined, now);

    const dueAt = nextCheck(parent, store, checked.get(store.handle.uid), now);
    if (dueAt > now) return unchanged(status, Math.min(dueAt - now, lookEveryMs), 'NotDue');
    checked.set(store.handle.uid, { generation: store.handle.generation, at: now });
    const outcome = await check(store, signal);
    if (outcome === 'busy') {
      checked.delete(store.handle.uid);
      return unchanged(status, busyAgainMs, 'Busy');
    }
    return answer(parent, status, outcome, outcome.kind === 'Failed' ? probeEveryMs : lookEveryMs, now);
  };

  const nextCheck = (
    parent: KubeObject,
    store: StoreView,
    last: Checked | undefined,
    now: number,
  ): number => {
    if (last === undefined || last.generation !== store.handle.generation) return now;
    const isWell = store.ready?.status === 'True' && deps.backends.health(store.handle).breaker === 'closed';
    return last.at + (isWell ? intervalOf(parent, deps.settings) : probeEveryMs);
  };

  /** `busy`: the store has too much to do to be asked, which says nothing against it. */
  const check = async ({ handle }: StoreView, signal: AbortSignal): Promise<StoreOutcome | 'busy'> => {
    const name = Object.keys(handle.provider)[0] ?? '';
    const capabilities = deps.providers.get(name)?.capabilities ?? 'ReadOnly';
    try {
      const health = await deps.backends.check(
        handle,
        AbortSignal.any([signal, AbortSignal.timeout(checkDeadlineMs)]),
      );
      return { kind: 'Ready', reason: health === 'unknown' ? 'ValidationUnknown' : 'Valid', capabilities };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.retry === 'busy') return 'busy';
      return { kind: 'Failed', failure: failureOf(error) };
    }
  };

  const noticeOf = (parent: KubeObject) => {
    const [name = ''] = Object.keys((parent.spec as Partial<StoreSpec>).provider ?? {});
    return maintenanceNotice(parent, deps.providers.get(name));
  };

  const answer = (
    parent: KubeObject,
    before: StoreStatus,
    outcome: StoreOutcome,
    againInMs: number | undefined,
    now: number,
  ): SyncOutcome => {
    const { status, message, changed } = nextStoreStatus(before, outcome, now);
    const { name, namespace } = parent.metadata;
    if (changed) {
      deps.events.record(
        parent,
        outcome.kind === 'Failed' ? 'Warning' : 'Normal',
        status.conditions?.[0]?.reason ?? '',
        message,
      );
      const notice = outcome.kind === 'Ready' ? noticeOf(parent) : undefined;
      if (notice !== undefined) deps.events.record(parent, 'Warning', notice.reason, notice.message);
    }
    const code = outcome.kind === 'Failed' ? (outcome.failure.cause ?? outcome.failure.code) : undefined;
    if (outcome.kind === 'Failed') deps.log.warn({ kind, namespace, name, code }, message);
    return {
      kind: 'answer',
      response: { status, children: [], ...resync(againInMs) },
      summary: { decision: 'Check', reason: outcome.kind, ...(code === undefined ? {} : { code }) },
    };
  };

  return { name: kind.toLowerCase(), parentKind: kind, sync };
}

function unchanged(status: StoreStatus, againInMs: number | undefined, reason: string): SyncOutcome {
  return {
    kind: 'answer',
    response: { status, children: [], ...resync(againInMs) },
    summary: { decision: 'Keep', reason },
  };
}

function resync(ms: number | undefined): { resyncAfterSeconds?: number } {
  return ms === undefined ? {} : { resyncAfterSeconds: Math.max(1, ms / 1000) };
}

function scopeOf({ handle }: StoreView): StoreScope {
  return { kind: handle.kind, name: handle.name, namespace: handle.namespace };
}

function intervalOf(parent: KubeObject, settings: Settings): number {
  const interval = parseRefreshInterval((parent.spec as Partial<StoreSpec>).refreshInterval);
  return interval > 0 ? interval : settings.storeRequeueMs;
}

function failureOf(error: ProviderError): StoreFailure {
  const code =
    error.code === 'Unsupported' ? 'NotBuilt' : error.retry === 'identity' ? 'ClientFailed' : 'CheckFailed';
  return { code, detail: error.message, advice: error.advice, cause: error.code };
}
