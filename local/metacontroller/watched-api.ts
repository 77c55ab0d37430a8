import { type KubeApi, KubeApiError, type ResourceType } from '../../server/kube-api.ts';

/** Returns `api` with every call counted under `verb resource`, and refused once `signal` has aborted. */
export function watchedApi(api: KubeApi, counts: Map<string, number>, signal?: AbortSignal): KubeApi {
  return new Proxy(api, {
    get(target, verb: keyof KubeApi) {
      return (...call: [ResourceType, ...unknown[]]): Promise<unknown> => {
        if (signal?.aborted) return Promise.reject(new KubeApiError(0, '', 'context canceled'));
        const key = `${verb} ${call[0].resource}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        return Reflect.apply(target[verb], target, call);
      };
    },
  });
}
