import { LRUCache } from 'lru-cache';
import { createAnsweredStatuses } from '../lib/answered-status.ts';
import type { KubeObject, SecretObject } from '../lib/objects.ts';
import type { ExternalSecretStatus } from './schema.ts';
import type { World } from './world.ts';

/** An answer that the status has not recorded yet. */
export interface PendingAnswer {
  readonly id: string;
  readonly hash: string;
  /** Undefined: there is to be none. */
  readonly secret: SecretObject | undefined;
  /** When the values were read, in ms. */
  readonly readAt: number;
  /** When this refresh was answered for the first time, in ms. */
  readonly firstAnsweredAt: number;
}

/**
 * How well this process knows what it is shown: it has seen the state before this one only just now, it does not know, or
 * it has seen a newer state of the ExternalSecret, or of its target, before.
 */
export type Sight = 'followed' | 'unknown' | 'older' | 'older target';

/**
 * What one replica remembers, and may forget at any time without harm: a restart costs a read here and there, never a
 * value. Bounded by count and by bytes.
 */
export interface Memory {
  pending(uid: string): PendingAnswer | undefined;
  remember(uid: string, answer: PendingAnswer): void;
  settle(uid: string): void;
  /** The status that was answered last, as long as the one before it is shown: its write was lost, or is not shown yet. */
  answered(world: World): ExternalSecretStatus | undefined;
  answer(world: World, status: ExternalSecretStatus): void;
  sight(world: World): Sight;
  /** Notes that this is how things are now; `lost` is a target that a cache shows and that is there no more. */
  see(world: World, lost?: SecretObject): void;
  /** Whether a target was seen before, and this one is as new. */
  isAsNew(uid: string, target: SecretObject): boolean;
  forget(uid: string): void;
  /** Allows one repair per `everyMs`; returns the moment of the next one when this one may not be made. */
  repair(uid: string, now: number, everyMs: number): number | undefined;
}

interface Seen {
  readonly parentVersion: bigint;
  readonly targetVersion: bigint;
  /** In ms. */
  readonly at: number;
  /** Since when older states have been shown, in ms. */
  readonly olderSince?: number;
}

/** After so long without a call about it, another replica may have been asked meanwhile. */
const followedForMs = 10_000;
/** A cache that lags for longer is not waited for. */
const longestLagMs = 300_000;

/** An empty {@link Memory}. */
export function createMemory(): Memory {
  const seen = new LRUCache<string, Seen>({ max: 50_000 });
  const answers = createAnsweredStatuses<ExternalSecretStatus>();
  const repairs = new LRUCache<string, number>({ max: 10_000 });
  const pending = new LRUCache<string, PendingAnswer>({ maxSize: 64 * 1024 * 1024, sizeCalculation: sizeOf });
  return {
    pending: (uid) => pending.get(uid),
    remember: (uid, answer) => void pending.set(uid, answer),
    settle: (uid) => void pending.delete(uid),
    answered: ({ object }) => answers.get(object),
    answer: ({ object }, status) => answers.set(object, status),
    sight({ uid, object, target, now }) {
      const known = seen.get(uid);
      if (known === undefined) return 'unknown';
      const isOlder = versionOf(object) < known.parentVersion;
      const isOlderTarget = target !== undefined && versionOf(target) < known.targetVersion;
      if (!isOlder && !isOlderTarget) return now - known.at < followedForMs ? 'followed' : 'unknown';
      const olderSince = known.olderSince ?? now;
      seen.set(uid, { ...known, olderSince });
      if (now - olderSince >= longestLagMs) return 'unknown';
      return isOlder ? 'older' : 'older target';
    },
    see({ uid, object, target, now }, lost) {
      const known = seen.get(uid)?.targetVersion ?? 0n;
      const targetVersion =
        target !== undefined ? versionOf(target) : lost !== undefined ? versionOf(lost) + 1n : known;
      seen.set(uid, { parentVersion: versionOf(object), targetVersion, at: now });
    },
    isAsNew(uid, target) {
      const known = seen.get(uid)?.targetVersion ?? 0n;
      return known > 0n && versionOf(target) >= known;
    },
    forget: (uid) => void seen.delete(uid),
    repair(uid, now, everyMs) {
      const last = repairs.get(uid);
      const next = last === undefined ? now : last + everyMs;
      if (next > now) return next;
      repairs.set(uid, now);
      return undefined;
    },
  };
}

/** resourceVersions are ordered decimal numbers (Kubernetes 1.35); anything else is never older. */
function versionOf(object: KubeObject): bigint {
  const version = object.metadata.resourceVersion ?? '';
  return /^[0-9]{1,30}$/.test(version) ? BigInt(version) : 0n;
}

function sizeOf({ secret }: PendingAnswer): number {
  let size = 512;
  for (const [key, value] of Object.entries(secret?.data ?? {})) size += key.length + value.length;
  return size;
}
