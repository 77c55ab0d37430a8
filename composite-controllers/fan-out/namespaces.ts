import type { RelatedRule } from '../controller.ts';
import { parseDuration } from '../lib/duration.ts';
import { ValueError } from '../lib/errors.ts';
import { type LabelSelector, matchesSelector } from '../lib/label-selector.ts';
import type { KubeObject } from '../lib/objects.ts';
import type { Selection } from './schema.ts';

const namespaces = { apiVersion: 'v1', resource: 'namespaces' } as const;

/**
 * The rules by which Metacontroller hands over the selected Namespaces, and asks again when one comes, changes or goes.
 * It tests an event on any Namespace against these rules of every parent: few parents, and a kind that rarely changes.
 */
export function namespaceRules(selection: Selection): readonly RelatedRule[] {
  const names = selection.namespaces ?? [];
  return [
    ...selectorsOf(selection).map((labelSelector) => ({ ...namespaces, labelSelector })),
    ...(names.length === 0 ? [] : [{ ...namespaces, names }]),
  ];
}

/** What is wrong with a selector, or with refreshTime, beyond its shape; undefined when nothing is. */
export function selectionProblem(selection: Selection): string | undefined {
  try {
    for (const selector of selectorsOf(selection)) matchesSelector(selector, {});
    if (selection.refreshTime !== undefined) parseDuration(selection.refreshTime);
    return undefined;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return error.message;
  }
}

/** Whether a Namespace is among those that any selector or name means (spec core 3.1). */
export function isSelected(selection: Selection, { metadata }: KubeObject): boolean {
  return (
    selection.namespaces?.includes(metadata.name) === true ||
    selectorsOf(selection).some((selector) => matchesSelector(selector, metadata.labels))
  );
}

function selectorsOf({ namespaceSelectors = [], namespaceSelector }: Selection): LabelSelector[] {
  return namespaceSelector === undefined ? namespaceSelectors : [...namespaceSelectors, namespaceSelector];
}
