const name = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/;

/** Why the API server would refuse a label, or undefined. Never quotes the value. */
export function labelProblem(key: string, value: string): string | undefined {
  if (!isQualifiedName(key)) return 'cannot be the name of a label';
  return labelValue.test(value)
    ? undefined
    : "does not make the value of a label: at most 63 letters, digits, '-', '_' and '.'";
}

/** Why the API server would refuse an annotation, or undefined. */
export function annotationProblem(key: string): string | undefined {
  return isQualifiedName(key.toLowerCase()) ? undefined : 'cannot be the name of an annotation';
}

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const prefix = key.slice(0, Math.max(slash, 0));
  return name.test(key.slice(slash + 1)) && (slash < 0 || (subdomain.test(prefix) && prefix.length <= 253));
}
