import { ValueError } from './errors.ts';

/** A Kubernetes LabelSelector; all of its requirements must hold. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

export interface LabelRequirement {
  readonly key: string;
  /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Whether the labels satisfy the selector; an empty one matches everything. Throws {@link ValueError} `SelectorInvalid`. */
export function matchesSelector(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const known = new Map(Object.entries(labels ?? {}));
  // Not short-circuited: an invalid requirement is an error whatever the others say.
  const results = (selector.matchExpressions ?? []).map((requirement) => holds(requirement, known));
  const exact = Object.entries(selector.matchLabels ?? {});
  return exact.every(([key, value]) => known.get(key) === value) && results.every(Boolean);
}

function holds(
  { key, operator, values = [] }: LabelRequirement,
  labels: ReadonlyMap<string, string>,
): boolean {
  const value = labels.get(key);
  const listed = value !== undefined && values.includes(value);
  if (operator === 'In' && values.length > 0) return listed;
  if (operator === 'NotIn' && values.length > 0) return !listed;
  if (operator === 'Exists' && values.length === 0) return value !== undefined;
  if (operator === 'DoesNotExist' && values.length === 0) return value === undefined;
  throw new ValueError('SelectorInvalid', { key, operator });
}
