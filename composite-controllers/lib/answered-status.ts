import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import type { KubeObject } from './objects.ts';

/** The statuses that were answered last, as long as the ones before them are shown: their writes were lost, or are not shown yet. */
export interface AnsweredStatuses<Status extends object> {
  get(object: KubeObject): Status | undefined;
  set(object: KubeObject, status: Status): void;
}

/** An empty memory of statuses. */
export function createAnsweredStatuses<Status extends object>(): AnsweredStatuses<Status> {
  const answers = new LRUCache<string, { readonly shown: unknown; readonly status: Status }>({ max: 10_000 });
  return {
    get({ metadata: { uid = '' }, status }) {
      const last = answers.get(uid);
      return last !== undefined && isDeepStrictEqual(last.shown, status) ? last.status : undefined;
    },
    set({ metadata: { uid = '' }, status: shown }, status) {
      // A status that stays needs no memory: it is shown.
      if (status === shown) answers.delete(uid);
      else answers.set(uid, { shown, status });
    },
  };
}
