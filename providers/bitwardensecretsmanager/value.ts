import { isMap, isScalar, parseDocument, stringify } from 'yaml';
import { ProviderError } from '../kit/errors.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import type { RemoteSecret, SecretMap } from '../kit/provider.ts';

const utf8 = new TextEncoder();

/**
 * A value: JSON, from which properties are picked and keys extracted, or YAML, whose keys are extracted: as ESO does, except
 * that JSON stays JSON, which ESO extracts as YAML.
 */
export function bitwardenSecret(value: string, what: string): RemoteSecret {
  const json = jsonSecret(utf8.encode(value), { dots: 'as-given', flatten: 'raw', what });
  return {
    ...json,
    map(property) {
      try {
        return json.map(property);
      } catch (error) {
        const keys = property ? undefined : keysOfYaml(value);
        if (keys === undefined || !(error instanceof ProviderError && error.code === 'NotAnObject'))
          throw error;
        return keys;
      }
    },
  };
}

/** The keys of a YAML mapping, scalars as they are spelled and all else as YAML; undefined for what is none. */
function keysOfYaml(text: string): SecretMap | undefined {
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent' });
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const printed = (node: unknown): string => {
    if (!isScalar(node)) return stringify(node, { schema: 'failsafe' }).trim();
    const isNull = node.type === 'PLAIN' && /^(null|Null|NULL|~|)$/.test(String(node.value));
    return isNull ? '' : String(node.value);
  };
  const keys: SecretMap = new Map();
  for (const { key, value } of document.contents.items)
    keys.set(String(isScalar(key) ? key.value : stringify(key)), utf8.encode(printed(value)));
  return keys;
}
