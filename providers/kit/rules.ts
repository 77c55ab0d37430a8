import type { SecretKeySelector } from './credentials.ts';
import type { Problem, StoreScope } from './provider.ts';

/** One thing that may be wrong with a store's section, and whether it is. */
export type Rule = readonly [broken: boolean, path: string, message: string];

/** The problems of a section: the rules that are broken. */
export function brokenRules(rules: readonly Rule[]): Problem[] {
  return rules.filter(([broken]) => broken).map(([, path, message]) => ({ path, message }));
}

/** What a reference to a Secret's key has to name; `strict` ones of a ClusterSecretStore name their namespace, too (spec providers 1.2). */
export function selectorRules(
  selector: SecretKeySelector | undefined,
  path: string,
  scope: StoreScope,
  { strict = false, defaultKey }: { readonly strict?: boolean; readonly defaultKey?: string } = {},
): Rule[] {
  const { name, key = defaultKey, namespace } = selector ?? {};
  return [
    [!name || !key, path, 'needs name and key'],
    [
      strict && scope.kind === 'ClusterSecretStore' && !namespace,
      `${path}.namespace`,
      'is required in a ClusterSecretStore',
    ],
  ];
}

/** Whether a text is an address of an HTTP server. */
export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol);
}
