import type { Backends } from '../providers/backends.ts';
import { pushedValue } from '../providers/kit/push.ts';

/** A push that was not made. */
export interface IntendedPush {
  /** Such as `ClusterSecretStore/vault`. */
  readonly store: string;
  readonly remoteKey: string;
  readonly property?: string;
  /** Namespace of the PushSecret. */
  readonly namespace: string;
  readonly bytes: number;
}

/** Backends that are read for real and never written: pushes are told, deletions find nothing. */
export function withoutWrites(backends: Backends, tell: (push: IntendedPush) => void): Backends {
  return {
    ...backends,
    async push({ kind, name }, namespace, push) {
      const { remoteKey, property } = push;
      const bytes = pushedValue(push).byteLength;
      const place = property === undefined ? { remoteKey } : { remoteKey, property };
      tell({ store: `${kind}/${name}`, ...place, namespace, bytes });
      return 'written';
    },
    delete: async () => 'absent',
  };
}
