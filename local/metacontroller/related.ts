import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { ResourceType } from '../../server/kube-api.ts';
import type { Clock } from './clock.ts';
import type { Discovery } from './discovery.ts';
import { RelatedNotSynced, StandInCrash } from './errors.ts';
import { apiVersionOf, type Groups, groupOf, insert } from './groups.ts';
import type { HookCall } from './hook-client.ts';
import type { Informer } from './informer.ts';
import { decodeCustomizeResponse, type RelatedRule } from './response.ts';
import { matchesLabels } from './selector.ts';

/** What the customize manager of one controller works with. */
export interface RelatedOptions {
  readonly controller: KubeObject;
  /** Absent without a customize hook. */
  readonly customize: HookCall | undefined;
  readonly parents: Informer;
  readonly namespaces: Informer;
  readonly discovery: Discovery;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Gives the running informer of a type; called once for each type. */
  readonly informer: (type: ResourceType) => Informer;
  readonly enqueue: (parent: KubeObject) => void;
}

/** The customize manager of one controller (specification section 4). */
export interface Related {
  /** The related objects of a parent out of the caches. Throws the hook's failure, an invalid rule, or {@link RelatedNotSynced}. */
  objectsOf(parent: KubeObject): Promise<Groups>;
  stop(): void;
}

const rulesLiveMs = 20 * 60_000;

/** Returns a customize manager with an empty cache. */
export function createRelated(options: RelatedOptions): Related {
  const { controller, customize, parents, namespaces, discovery, clock, signal, enqueue } = options;
  const cache = new Map<string, { until: number; rules: readonly RelatedRule[] }>();
  const informers = new Map<string, Informer>();
  const unsubscribe: (() => void)[] = [];

  async function rulesOf(parent: KubeObject): Promise<readonly RelatedRule[]> {
    if (customize === undefined) return [];
    const key = `${parent.metadata.uid} ${parent.metadata.generation ?? 0}`;
    const cached = cache.get(key);
    if (cached !== undefined && cached.until > clock.now()) return cached.rules;
    const rules = decodeCustomizeResponse(await customize({ controller, parent }, signal));
    for (const [old, { until }] of cache) if (until <= clock.now()) cache.delete(old);
    cache.set(key, { until: clock.now() + rulesLiveMs, rules });
    return rules;
  }

  function informerOf(type: ResourceType): Informer {
    const key = `${type.resource}.${type.group}/${type.version}`;
    let informer = informers.get(key);
    if (informer === undefined) {
      informer = options.informer(type);
      informers.set(key, informer);
      unsubscribe.push(
        informer.subscribe({
          add: (object) => notify([object]),
          update: (old, current) =>
            old.metadata.resourceVersion === current.metadata.resourceVersion
              ? undefined
              : notify([old, current]),
          remove: (object) => notify([object]),
        }),
      );
    }
    if (!informer.synced()) throw new RelatedNotSynced();
    return informer;
  }

  /** Asks every parent there is, whatever its labels, whether it is interested: one customize call at a time. */
  async function notify(objects: readonly KubeObject[]): Promise<void> {
    for (const parent of parents.list()) if (await isInterested(parent, objects)) enqueue(parent);
  }

  async function isInterested(parent: KubeObject, objects: readonly KubeObject[]): Promise<boolean> {
    const rules = await rulesOf(parent).catch((error: unknown) => {
      if (error instanceof StandInCrash) throw error;
      return []; // skipped without a word; the parent's next pass meets the same error
    });
    for (const rule of rules) {
      const type = await discovery.byResource(rule.apiVersion, rule.resource).catch(() => undefined);
      if (type === undefined) continue;
      if (objects.some((object) => isSelected(rule, type, object))) return true;
    }
    return false;
  }

  function isSelected(rule: RelatedRule, type: ResourceType, object: KubeObject): boolean {
    if (object.apiVersion !== rule.apiVersion || object.kind !== type.kind) return false;
    try {
      return select(rule, type, [object]).length > 0;
    } catch {
      return false;
    }
  }

  /** What a valid rule selects out of `objects`; throws for an invalid rule. */
  function select(rule: RelatedRule, type: ResourceType, objects: readonly KubeObject[]): KubeObject[] {
    const { labelSelector, namespaceSelector, namespace, names } = rule;
    if (names.length > 0 && (labelSelector || namespaceSelector)) {
      throw new Error('related rule cannot have both names and labelSelector/namespaceSelector specified');
    }
    if (namespace !== '' && namespaceSelector) {
      throw new Error('related rule cannot have both namespace and namespaceSelector specified');
    }
    if (namespaceSelector && !type.namespaced) {
      throw new Error('namespaceSelector is only supported for namespaced related resources');
    }
    if (namespaceSelector && !namespaces.synced()) throw new RelatedNotSynced();
    // Errors of a selector must show even when there is no object to match.
    matchesLabels(labelSelector);
    matchesLabels(namespaceSelector);
    return objects.filter(({ metadata }) => {
      if (type.namespaced && namespace !== '' && metadata.namespace !== namespace) return false;
      if (names.length > 0 && !names.includes(metadata.name)) return false;
      if (!matchesLabels(labelSelector, metadata.labels)) return false;
      if (namespaceSelector === undefined) return true;
      const home = namespaces.get(undefined, metadata.namespace ?? '');
      return home !== undefined && matchesLabels(namespaceSelector, home.metadata.labels);
    });
  }

  return {
    async objectsOf(parent) {
      const groups: Groups = new Map();
      for (const rule of await rulesOf(parent)) {
        const type = await discovery.byResource(rule.apiVersion, rule.resource);
        const informer = informerOf(type);
        const candidates = informer.list(type.namespaced ? rule.namespace : undefined);
        const selected = select(rule, type, candidates);
        groupOf(groups, apiVersionOf(type), type.kind);
        insert(groups, selected);
      }
      return groups;
    },
    stop() {
      for (const end of unsubscribe) end();
    },
  };
}
