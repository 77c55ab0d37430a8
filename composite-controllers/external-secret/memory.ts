import { LRUCache } from 'lru-cache';
import type { KubeObject, SecretObject } from '../lib/objects.ts';

/** An answer whose Secret has not been seen yet. */
export interface PendingAnswer {
  readonly id: string;
  readonly hash: string;
  readonly secret: SecretObject;
  /** When the values were read, in ms. */
  readonly readAt: number;
  /** When this refresh was answered for the first time, in ms. */
  readonly firstAnsweredAt: number;
}

/**
 * What one replica remembers, and may forget at any time without harm: a restart costs a read here and there, never a
 * value. Bounded by count and by bytes.
 */
export interface Memory {
  pending(uid: string): PendingAnswer | undefined;
  remember(uid: string, answer: PendingAnswer): void;
  settle(uid: string): void;
  /** True when these objects are older than ones already seen: a cache somewhere lags. */
  isStale(parent: KubeObject, target: SecretObject | undefined, now: number): boolean;
  /** Whether this process has seen the ExternalSecret before. */
  knows(uid: string): boolean;
  /** Allows one repair per `everyMs`; returns the moment of the next one when this one may not be made. */
  repair(uid: string, now: number, everyMs: number): number | undefined;
}

interface Seen {
  parentVersion: bigint;
  targetVersion: bigint;
  /** Since when older versions have been coming in, in ms. */
  staleSince: number | undefined;
  repairedAt: number | undefined;
}

/** A cache does not lag for longer: then it is the API server that was restored from an older state. */
const longestLagMs = 30_000;

/** An empty {@link Memory}. */
export function createMemory(): Memory {
  const seen = new LRUCache<string, Seen>({ max: 50_000 });
  const pending = new LRUCache<string, PendingAnswer>({ maxSize: 64 * 1024 * 1024, sizeCalculation: sizeOf });
  return {
    pending: (uid) => pending.get(uid),
    remember: (uid, answer) => void pending.set(uid, answer),
    settle: (uid) => void pending.delete(uid),
    knows: (uid) => seen.has(uid),
    isStale(parent, target, now) {
      const uid = parent.metadata.uid ?? '';
      const known = seen.get(uid);
      const parentVersion = versionOf(parent);
      const targetVersion = target === undefined ? 0n : versionOf(target);
      if (known !== undefined && isOlder(known, parentVersion, targetVersion)) {
        known.staleSince ??= now;
        if (now - known.staleSince < longestLagMs) return true;
      }
      seen.set(uid, {
        parentVersion,
        targetVersion: targetVersion > 0n ? targetVersion : (known?.targetVersion ?? 0n),
        staleSince: undefined,
        repairedAt: known?.repairedAt,
      });
      return false;
    },
    repair(uid, now, everyMs) {
      const known = seen.get(uid);
      const next = known?.repairedAt === undefined ? now : known.repairedAt + everyMs;
      if (next > now) return next;
      if (known !== undefined) known.repairedAt = now;
      return undefined;
    },
  };
}

function isOlder(known: Seen, parentVersion: bigint, targetVersion: bigint): boolean {
  return parentVersion < known.parentVersion || (targetVersion > 0n && targetVersion < known.targetVersion);
}

/** resourceVersions are ordered decimal numbers (Kubernetes 1.35); anything else is never stale. */
function versionOf(object: KubeObject): bigint {
  const version = object.metadata.resourceVersion ?? '';
  return /^[0-9]{1,30}$/.test(version) ? BigInt(version) : 0n;
}

function sizeOf({ secret }: PendingAnswer): number {
  let size = 512;
  for (const [key, value] of Object.entries(secret.data ?? {})) size += key.length + value.length;
  return size;
}
