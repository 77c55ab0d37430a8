import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import type { KubeApi, ResourceType } from '../../../server/kube-api.ts';
import { type Action, type Case, type CaseKind, elsewhere, home, type Reply } from './case.ts';
import { anonymous, clean, distinct, inFixedOrder } from './normalise.ts';

/** Where a case plays: the API server as the user has it, and somebody who acts like Metacontroller. */
export interface World {
  readonly api: KubeApi;
  /** Without a closing slash. */
  readonly hookUrl: string;
  /** Lets what follows from the last action happen; resolves when nothing more will. */
  rest(): Promise<void>;
  /** The writes since the last call. */
  takeWrites(): Write[];
}

/** One write to the API server. */
export interface Write {
  readonly verb: string;
  /** `resource namespace/name`. */
  readonly target: string;
  readonly body?: unknown;
  readonly status: number;
}

/** What followed from one step; of the same call or write several times, only the first. */
export interface Phase {
  readonly step: string;
  readonly calls: readonly { readonly hook: string; readonly request: unknown; readonly reply: Reply }[];
  readonly writes: readonly Write[];
  /** All objects of the case afterwards. */
  readonly objects: readonly unknown[];
  /** All Events of the case so far. */
  readonly events: readonly string[];
}

/** A recorded case. */
export interface Conversation {
  readonly case: string;
  readonly phases: readonly Phase[];
}

const type = (
  group: string,
  version: string,
  resource: string,
  kind: string,
  namespaced: boolean,
): ResourceType => ({
  group,
  version,
  resource,
  kind,
  namespaced,
});
const types: Record<CaseKind | 'Event', ResourceType> = {
  Mirror: type('golden.keyhook.test', 'v1', 'mirrors', 'Mirror', true),
  ClusterMirror: type('golden.keyhook.test', 'v1', 'clustermirrors', 'ClusterMirror', false),
  Secret: type('', 'v1', 'secrets', 'Secret', true),
  Namespace: type('', 'v1', 'namespaces', 'Namespace', false),
  CompositeController: type(
    'metacontroller.k8s.io',
    'v1alpha1',
    'compositecontrollers',
    'CompositeController',
    false,
  ),
  Event: type('', 'v1', 'events', 'Event', true),
};

/** The recording hook: answers what the parent's spec says, or what the case has put in front. */
export function createHook() {
  const canned: Record<string, Reply[]> = {};
  let calls: { hook: string; request: unknown; reply: Reply }[] = [];

  function reply(hook: string, request: HookRequest): Reply {
    const next = canned[hook]?.shift();
    if (next !== undefined) return next;
    const { spec } = request.parent as unknown as { spec: { children?: unknown[]; related?: unknown[] } };
    if (hook === 'customize') return json({ relatedResources: spec.related ?? [] });
    const names = (groups: object) =>
      Object.values(groups)
        .flatMap((group: object) => Object.keys(group))
        .sort();
    const seen = names(request.children);
    if (hook === 'finalize')
      return json({ children: [], finalized: seen.length === 0, status: { left: seen.length } });
    return json({
      ...(spec.children && { children: spec.children }),
      status: { related: names(request.related) },
    });
  }

  return {
    answer(hook: string, body: string): Reply {
      const request = JSON.parse(body) as HookRequest;
      const given = reply(hook, request);
      calls.push({ hook, request, reply: given });
      return given;
    },
    put(hook: string, replies: readonly Reply[]) {
      canned[hook] = [...(canned[hook] ?? []), ...replies];
    },
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}

interface HookRequest {
  controller: KubeObject;
  parent: KubeObject;
  children: Record<string, object>;
  related: Record<string, object>;
}

/** A 200, with names sorted: a real API server keeps no order of the fields of a spec. */
const json = (value: unknown): Reply => ({ status: 200, body: JSON.stringify(clean(value)) });

/** Plays a case and returns its conversation, free of this machine's uids, times and ports. */
export async function play(
  played: Case,
  { api, hookUrl, rest, takeWrites }: World,
  hook: ReturnType<typeof createHook>,
): Promise<Conversation> {
  const phases: Phase[] = [];
  let controllerSeen = '';

  async function act(action: Action): Promise<void> {
    if ('answer' in action) return hook.put(action.answer, action.with);
    if ('create' in action) {
      await api.create(types[action.create.kind as CaseKind], structuredClone(action.create));
      return;
    }
    const kind = 'merge' in action ? action.merge : action.remove;
    const namespace = types[kind].namespaced ? home : undefined;
    if ('remove' in action) await api.remove(types[kind], namespace, action.name);
    else await api.mergePatch(types[kind], namespace, action.name, action.patch, action.subresource);
  }

  /** The controller is the same in every request of a run: shown where it changes. */
  function withoutController(request: unknown): unknown {
    const { controller, ...others } = request as HookRequest;
    const text = JSON.stringify(clean(controller));
    if (text === controllerSeen) return others;
    controllerSeen = text;
    return { controller, ...others };
  }

  async function phase(step: string, actions: readonly Action[]): Promise<void> {
    for (const action of actions) await act(action);
    await rest();
    const calls = hook
      .takeCalls()
      .map(({ hook, request, reply }) => ({ hook, request: withoutController(request), reply }));
    phases.push({
      step,
      calls: distinct(calls.map((call) => clean(call, ['status']) as (typeof calls)[number])),
      writes: inFixedOrder(distinct(takeWrites().map((write) => clean(write) as Write))),
      objects: (await objects()).map((object) => clean(object)),
      events: await events(),
    });
  }

  async function objects(): Promise<KubeObject[]> {
    const lists = [];
    for (const kind of ['Mirror', 'ClusterMirror', 'Secret'] as const)
      lists.push((await api.list(types[kind])).items);
    return lists
      .flat()
      .filter(
        ({ kind, metadata }) =>
          kind === 'ClusterMirror' || [home, elsewhere].includes(metadata.namespace ?? ''),
      );
  }

  async function events(): Promise<string[]> {
    const { items } = await api.list(types.Event);
    const about = items.filter(({ involvedObject }) => {
      const { kind, name } = involvedObject as { kind: string; name: string };
      return kind === 'CompositeController' ? name === played.name : kind === (played.parent ?? 'Mirror');
    });
    return [...new Set(about.map(({ type, reason, message }) => `${type} ${reason}: ${message}`))].sort();
  }

  await phase('the controller is created', [{ create: compositeController(played, hookUrl) }]);
  for (const [step, ...actions] of played.steps) await phase(step, actions);
  return anonymous({ case: played.name, phases }, hookUrl);
}

/** Removes what a case has left, controller last; touches nothing outside of the cases' namespaces and kinds. */
export async function cleanUp(
  { name }: Case,
  { api, rest, takeWrites }: World,
  hook: ReturnType<typeof createHook>,
): Promise<void> {
  async function removeAll(kind: 'Mirror' | 'ClusterMirror' | 'Secret' | 'Event', namespace?: string) {
    const { items } = await api.list(types[kind], namespace === undefined ? {} : { namespace });
    for (const { metadata } of items)
      await api.remove(types[kind], metadata.namespace, metadata.name).catch(() => {});
  }
  await removeAll('Mirror', home);
  await removeAll('ClusterMirror');
  await rest();
  await api.remove(types.CompositeController, undefined, name);
  for (const namespace of [home, elsewhere]) {
    await removeAll('Secret', namespace);
    await removeAll('Event', namespace);
  }
  await rest();
  takeWrites();
  hook.takeCalls();
}

function compositeController(played: Case, hookUrl: string): KubeObject {
  const webhook = (hook: string) => ({
    version: 'v2',
    webhook: { url: `${hookUrl}/${hook}`, timeout: '5s', responseUnMarshallMode: 'strict' },
  });
  const hooks = ['sync', ...(played.hooks ?? [])].map((hook) => [hook, webhook(hook)]);
  return {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'CompositeController',
    metadata: { name: played.name },
    spec: {
      generateSelector: true,
      parentResource: {
        apiVersion: 'golden.keyhook.test/v1',
        resource: played.parent === 'ClusterMirror' ? 'clustermirrors' : 'mirrors',
        ...played.parentResource,
      },
      childResources:
        played.children === 'none'
          ? []
          : [{ apiVersion: 'v1', resource: 'secrets', updateStrategy: { method: 'InPlace' } }],
      hooks: Object.fromEntries(hooks),
    },
  };
}
