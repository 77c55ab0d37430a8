import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { secretType } from '../../../../local/metacontroller/discovery.ts';
import type { HookReply, HookTransport } from '../../../../local/metacontroller/hook-client.ts';
import { createStandIn, type StandInOptions } from '../../../../local/metacontroller/stand-in.ts';
import type { KubeApi } from '../../../../server/kube-api.ts';
import { home } from '../../../golden/metacontroller/case.ts';
import { controllerType, mirrors, mirrorType, secret, startWorld } from './world.ts';

export interface SyncRequest {
  parent: KubeObject;
  children: Record<string, Record<string, KubeObject>>;
  related: Record<string, Record<string, KubeObject>>;
}

export type Answer = (hook: string, request: SyncRequest) => object | HookReply;

/** A hook that answers an object with 200, and everything else as it is. */
export function hookOf(answer: Answer): HookTransport {
  return async (path, body) => {
    const given = answer(path.slice(1), JSON.parse(body));
    return 'status' in given && typeof given.status === 'number'
      ? (given as HookReply)
      : { status: 200, headers: {}, body: JSON.stringify(given) };
  };
}

/** Keeps one Secret named after the parent, with the parent's `value`. */
export const keep: Answer = (_, { parent }) => ({
  children: [{ ...secret(parent.metadata.name, (parent.spec as { value: string }).value) }],
});

/** A stepped stand-in over a fresh world with one controller; `api` may be wrapped. */
export async function start({
  controller = mirrors(),
  answer = keep,
  wrap = (api: KubeApi) => api,
  ...options
}: Partial<StandInOptions> & {
  controller?: KubeObject;
  answer?: Answer;
  wrap?: (api: KubeApi) => KubeApi;
} = {}) {
  const world = await startWorld();
  await world.api.create(controllerType, controller);
  const restart = async () => {
    const standIn = createStandIn({
      api: wrap(world.api),
      clock: world.clock,
      workers: 'stepped',
      transport: hookOf(answer),
      ...options,
    });
    await standIn.start();
    return standIn;
  };
  return { ...world, restart, standIn: await restart() };
}

export const get = (api: KubeApi, name = 'db') => api.get(secretType, home, name);
export const passwordOf = ({ data }: KubeObject) =>
  Buffer.from((data as { password: string }).password, 'base64').toString();
export const set = (api: KubeApi, value: string) =>
  api.mergePatch(mirrorType, home, 'db', { spec: { value } });
