import type { KubeObject } from '../lib/objects.ts';
import { echoObject } from '../lib/owned-fields.ts';
import { childIn, type FanOutKind } from './kind.ts';
import type { Finding } from './survey.ts';
import { isAsStated, isTerminating, namespaceOf, type World } from './world.ts';

/** What a pass answers, and what it knows of each namespace. */
export interface Plan {
  readonly children: readonly KubeObject[];
  /** Namespaces whose child is there, or is known to have been. */
  readonly provisioned: readonly string[];
  /** Namespaces whose child is stated, and not seen as stated yet. */
  readonly pending: readonly string[];
  readonly taken: readonly string[];
  /** Whether there is more to be looked at than one pass may, or something to be waited for. */
  readonly isPartial: boolean;
}

/**
 * The children that may stay and those to come. One may be missing only where the live namespace is selected no more,
 * or where the renamed one has been seen (design rule 1). Pure.
 */
export function plan(world: World, kind: FanOutKind, found: ReadonlyMap<string, Finding>): Plan {
  const { selected, children, others, template, status } = world;
  const isLeft = (name: string) => found.get(name) === 'left';
  const stated = [...selected.keys()].filter(
    (name) => (children.has(name) && !isTerminating(selected.get(name))) || found.get(name) === 'free',
  );
  const states = new Set(stated);
  const staying = [...children].filter(([name]) => !states.has(name) && !isLeft(name));
  const replaced = (child: KubeObject) => states.has(namespaceOf(child)) && children.has(namespaceOf(child));
  const former = others.filter((child) => !isLeft(namespaceOf(child)) && !replaced(child));

  const recorded = new Set(status.provisionedNamespaces);
  return {
    children: [
      ...stated.map((name) => childIn(name, kind.child, template)),
      ...staying.map(([, child]) => echoObject(child)),
      ...former.map((child) => echoObject(child)),
    ],
    provisioned: stated.filter((name) => children.has(name) || recorded.has(name)).sort(),
    pending: stated.filter((name) => !isSeen(children.get(name), world)),
    taken: [...found].flatMap(([name, finding]) => (finding === 'taken' ? [name] : [])),
    isPartial: [...selected].some(
      ([name, namespace]) =>
        !isTerminating(namespace) && !states.has(name) && (found.get(name) ?? 'passing') === 'passing',
    ),
  };
}

function isSeen(child: KubeObject | undefined, { template }: World): boolean {
  return child !== undefined && isAsStated(child, template);
}
