/** A label selector of the Kubernetes API. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** True when the labels satisfy the selector; an absent or empty one selects everything. Throws on an unknown operator or a wrong number of values. */
export function matchesLabels(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  const label = (key: string) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  const wanted = Object.entries(selector?.matchLabels ?? {});
  const expressions = selector?.matchExpressions ?? [];
  // Every expression is checked first: an invalid selector is an error, whatever the labels are.
  const results = expressions.map(({ key, operator, values = [] }) => {
    const found = label(key);
    const isSet = operator === 'In' || operator === 'NotIn';
    if (isSet && values.length === 0) {
      throw new Error(`values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`);
    }
    if (!isSet && values.length > 0) {
      throw new Error('values: Invalid value: values set must be empty for exists and does not exist');
    }
    if (operator === 'In') return found !== undefined && values.includes(found);
    if (operator === 'NotIn') return found === undefined || !values.includes(found);
    if (operator === 'Exists') return found !== undefined;
    if (operator === 'DoesNotExist') return found === undefined;
    throw new Error(`"${operator}" is not a valid label selector operator`);
  });
  return wanted.every(([key, value]) => label(key) === value) && results.every(Boolean);
}
