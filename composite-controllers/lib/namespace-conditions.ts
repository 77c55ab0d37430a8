import { type LabelSelector, matchesSelector } from './label-selector.ts';
import { compileRegex } from './regex.ts';

/** `remoteKeys` of a condition: a key is granted when it starts with a prefix, or is all of what a regex matches. */
export interface RemoteKeys {
  readonly prefixes?: readonly string[];
  readonly regexes?: readonly string[];
}

/** One of `spec.conditions` of a ClusterSecretStore. */
export interface NamespaceCondition {
  readonly namespaceSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly namespaceRegexes?: readonly string[];
  /** The keys that the namespaces of this condition may use; absent: all. */
  readonly remoteKeys?: RemoteKeys;
}

/** The namespace that asks, as the API server shows it. */
export interface NamespaceView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
}

/**
 * Whether a ClusterSecretStore may be used from a namespace (spec core 2.2): without conditions from any, else when one
 * selector, name or regex of any condition fits. Throws {@link ValueError} for an invalid selector or regex.
 */
export function namespaceIsAdmitted(
  conditions: readonly NamespaceCondition[] | undefined,
  namespace: NamespaceView,
): boolean {
  if (conditions === undefined || conditions.length === 0) return true;
  return conditions.some((condition) => admits(condition, namespace));
}

/** Whether one condition fits a namespace. Throws {@link ValueError} for an invalid selector or regex. */
export function admits(
  { namespaceSelector, namespaces = [], namespaceRegexes = [] }: NamespaceCondition,
  namespace: NamespaceView,
): boolean {
  if (namespaceSelector !== undefined && matchesSelector(namespaceSelector, namespace.labels)) return true;
  return (
    // ESO compares the label kubernetes.io/metadata.name, which the API server keeps equal to the name.
    namespaces.includes(namespace.name) ||
    namespaceRegexes.some((regex) => compileRegex(regex).test(namespace.name))
  );
}
