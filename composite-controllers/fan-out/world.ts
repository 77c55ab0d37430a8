import type { HookRequest } from '../controller.ts';
import { contains } from '../lib/contains.ts';
import { parseDuration } from '../lib/duration.ts';
import type { KubeObject } from '../lib/objects.ts';
import type { ChildTemplate, FanOutKind } from './kind.ts';
import { isSelected, namespaceRules, selectionProblem } from './namespaces.ts';
import type { FanOutStatus, Selection } from './schema.ts';

/** What one sync call knows of a parent, its namespaces and its children. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly parent: KubeObject;
  readonly selection: Selection;
  readonly template: ChildTemplate;
  readonly status: FanOutStatus;
  /** The selected Namespaces by name, as Metacontroller's cache has them. */
  readonly selected: ReadonlyMap<string, KubeObject>;
  /** Observed children of the present name, by namespace. */
  readonly children: ReadonlyMap<string, KubeObject>;
  /** Observed children of other names: what a rename left behind. */
  readonly others: readonly KubeObject[];
}

/** Why a call cannot be decided about: a specification that says nothing sensible, or caches that say nothing yet. */
export type Unreadable = { readonly kind: 'invalid'; readonly problem: string } | { readonly kind: 'stale' };

/** The world of a hook request. Pure. */
export function readWorld(
  { parent, children, related }: HookRequest,
  kind: FanOutKind,
  now: number,
): World | Unreadable {
  const [problem] = kind.problems(parent);
  if (problem !== undefined)
    return { kind: 'invalid', problem: `spec${problem.path && `.${problem.path}`}: ${problem.message}` };
  const selection = (parent.spec ?? {}) as Selection;
  const misread = selectionProblem(selection);
  if (misread !== undefined) return { kind: 'invalid', problem: misread };

  const namespaces = related['Namespace.v1'];
  // Each rule makes its group, be it an empty one. Without the group the answer to customize was about something else.
  if (namespaces === undefined && namespaceRules(selection).length > 0) return { kind: 'stale' };
  const selected = Object.values(namespaces ?? {}).filter((namespace) => isSelected(selection, namespace));
  const template = kind.template(parent);
  const own = observedChildren(children, kind);
  const isNamed = ({ metadata }: KubeObject) => metadata.name === template.name;
  return {
    now,
    parent,
    selection,
    template,
    status: (parent.status ?? {}) as FanOutStatus,
    selected: new Map(selected.map((namespace) => [namespace.metadata.name, namespace])),
    children: new Map(own.filter(isNamed).map((child) => [namespaceOf(child), child])),
    others: own.filter((child) => !isNamed(child)),
  };
}

/** All children of the parent, whatever their names. */
export function observedChildren(groups: HookRequest['children'], { child }: FanOutKind): KubeObject[] {
  return Object.values(groups[`${child.kind}.${child.apiVersion}`] ?? {});
}

export function namespaceOf({ metadata }: KubeObject): string {
  return metadata.namespace ?? '';
}

export function isTerminating(object: KubeObject | undefined): boolean {
  return object?.metadata.deletionTimestamp !== undefined;
}

/** Whether a child holds what the parent states. Others may have added labels and annotations. */
export function isAsStated({ metadata, spec }: KubeObject, template: ChildTemplate): boolean {
  return (
    contains(metadata.labels ?? {}, template.labels) &&
    contains(metadata.annotations ?? {}, template.annotations) &&
    contains(spec, template.spec)
  );
}

/** `refreshTime` in ms; undefined when nothing is to be looked at by time. */
export function refreshMs({ refreshTime = '1h' }: Selection): number | undefined {
  const ms = parseDuration(refreshTime);
  return ms > 0 ? ms : undefined;
}
