import { type LabelSelector, selects } from './label-selector.ts';
import { compileRegex } from './regex.ts';

/** One entry of a ClusterSecretStore's `conditions`. */
export interface NamespaceCondition {
  readonly namespaceSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly namespaceRegexes?: readonly string[];
}

/**
 * Whether a namespace may use the store (spec core 2.2): without conditions any may, otherwise one that any part of any
 * entry matches. Unknown labels match no selector. Throws `RegexInvalid`.
 */
export function namespaceIsAdmitted(
  conditions: readonly NamespaceCondition[],
  { name, labels }: { name: string; labels: Readonly<Record<string, string>> | undefined },
): boolean {
  if (conditions.length === 0) return true;
  return conditions.some(
    ({ namespaceSelector, namespaces = [], namespaceRegexes = [] }) =>
      (namespaceSelector !== undefined && labels !== undefined && selects(namespaceSelector, labels)) ||
      namespaces.includes(name) ||
      namespaceRegexes.some((regex) => compileRegex(regex).matcher(name).find()),
  );
}
