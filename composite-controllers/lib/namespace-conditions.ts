import { type LabelSelector, matchesSelector } from './label-selector.ts';
import { compileRegex } from './regex.ts';

/** One of `spec.conditions` of a ClusterSecretStore. */
export interface NamespaceCondition {
  readonly namespaceSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly namespaceRegexes?: readonly string[];
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
  return conditions.some(({ namespaceSelector, namespaces = [], namespaceRegexes = [] }) => {
    if (namespaceSelector !== undefined && matchesSelector(namespaceSelector, namespace.labels)) return true;
    return (
      // ESO compares the label kubernetes.io/metadata.name, which the API server keeps equal to the name.
      namespaces.includes(namespace.name) ||
      namespaceRegexes.some((regex) => compileRegex(regex).test(namespace.name))
    );
  });
}
