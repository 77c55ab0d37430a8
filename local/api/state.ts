import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { type Change, createHistory, type History } from './history.ts';
import type { Kind } from './kinds/kind.ts';
import { createRegistry, type Registry } from './kinds/registry.ts';
import { timestamp } from './schema/decode.ts';

export interface StoreOptions {
  /** The clock, in ms since the epoch. */
  readonly now?: () => number;
  /** Makes the uid of a new object. */
  readonly uid?: () => string;
  /** How many changes a watch can go back, at least; 10,000 by default. */
  readonly history?: number;
  /** Whether garbage is collected in the background after writes, or only by `collect()`. */
  readonly collection?: 'background' | 'manual';
}

/** What is stored and the only way to change it. Objects in it are never modified, only replaced. */
export interface State {
  readonly registry: Registry;
  readonly history: History;
  /** Now, as objects carry it. */
  readonly time: () => string;
  readonly now: () => number;
  readonly newUid: () => string;
  readonly version: () => number;
  readonly objectsOf: (kind: Kind) => ReadonlyMap<string, KubeObject>;
  readonly get: (kind: Kind, namespace: string | undefined, name: string) => KubeObject | undefined;
  /** Replaces an object by its next state (undefined: removes it) under a new resourceVersion, and returns what is stored now. */
  readonly commit: (kind: Kind, before: KubeObject | undefined, after: KubeObject | undefined) => KubeObject;
  /** Rewrites the stored objects of a kind in place, as reading them under a new schema would. */
  readonly reread: (kind: Kind, read: (object: KubeObject) => KubeObject) => void;
  /** Called after each commit. */
  readonly onCommit: (listener: (change: Change) => void) => void;
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

export function createState(options: StoreOptions): State {
  const now = options.now ?? Date.now;
  const newUid = options.uid ?? (() => crypto.randomUUID());
  const registry = createRegistry();
  const history = createHistory(options.history ?? 10_000);
  const objects = new Map<string, Map<string, KubeObject>>();
  const listeners: ((change: Change) => void)[] = [];
  let version = 0;

  const objectsOf = ({ group, resource }: Kind): Map<string, KubeObject> => {
    const key = `${group}/${resource}`;
    const known = objects.get(key) ?? new Map<string, KubeObject>();
    objects.set(key, known);
    return known;
  };

  return {
    registry,
    history,
    now,
    newUid,
    time: () => timestamp(now()),
    version: () => version,
    objectsOf,
    get: (kind, namespace, name) => objectsOf(kind).get(keyOf(kind.namespaced ? namespace : undefined, name)),
    commit: (kind, before, after) => {
      version++;
      const subject = (after ?? before)!;
      const stamped = { ...subject, metadata: { ...subject.metadata, resourceVersion: String(version) } };
      const key = keyOf(subject.metadata.namespace, subject.metadata.name);
      if (after === undefined) objectsOf(kind).delete(key);
      else objectsOf(kind).set(key, stamped);
      const change = { version, kind, before, after: after && stamped };
      history.record(change);
      for (const listener of listeners) listener(change);
      return stamped;
    },
    reread: (kind, read) => {
      const stored = objectsOf(kind);
      for (const [key, object] of stored) stored.set(key, read(object));
    },
    onCommit: (listener) => {
      listeners.push(listener);
    },
  };
}
