import { admits, type NamespaceCondition, type NamespaceView } from './namespace-conditions.ts';
import { compileRegex } from './regex.ts';

/** Stands for the name of the namespace that asks, in prefixes and regexes. */
const namespacePlace = '$(namespace)';

/**
 * What makes one key lead to another place than it names: control characters, backslashes, `.` and `..` between slashes,
 * and all of these percent-encoded, since some backends take a key into a URL.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const crooked = /[\u0000-\u001f\u007f\\]|(?:^|\/)\.{1,2}(?:\/|$)|%(?:[01][0-9a-f]|2[5ef]|5c|7f)/i;

/**
 * Which keys of a ClusterSecretStore a namespace may use, or undefined for all: those that any condition which admits it
 * grants; one without `remoteKeys` grants all. Throws {@link ValueError} for an invalid selector or regex.
 */
export function grantedKeys(
  conditions: readonly NamespaceCondition[],
  namespace: NamespaceView,
): ((key: string) => boolean) | undefined {
  // Most stores have none: nothing is matched twice for them.
  if (conditions.every(({ remoteKeys }) => remoteKeys === undefined)) return undefined;
  const grants = conditions.filter((condition) => admits(condition, namespace));
  if (grants.some(({ remoteKeys }) => remoteKeys === undefined)) return undefined;
  const prefixes = grants.flatMap(({ remoteKeys }) => remoteKeys?.prefixes ?? []);
  const regexes = grants.flatMap(({ remoteKeys }) => remoteKeys?.regexes ?? []);
  const starts = prefixes.map((prefix) => prefix.replaceAll(namespacePlace, namespace.name));
  const patterns = regexes.map((regex) => compileKeyRegex(regex, namespace.name));
  return (key) =>
    !crooked.test(key) &&
    (starts.some((start) => key.startsWith(start)) || patterns.some((pattern) => pattern.test(key)));
}

/** A regex of `remoteKeys`, anchored at both ends. Throws {@link ValueError} for one that is invalid. */
export function compileKeyRegex(regex: string, namespace: string) {
  compileRegex(regex);
  return compileRegex(`\\A(?:${regex.replaceAll(namespacePlace, `\\Q${namespace}\\E`)})\\z`);
}
