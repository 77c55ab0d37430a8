import { ProviderError } from '../kit/errors.ts';
import { decodeUtf8, toByteText } from '../kit/json/byte-text.ts';
import { flattenEncoded } from '../kit/json/flatten.ts';
import { lookUp } from '../kit/json/gjson.ts';
import { explained } from '../kit/json/json-secret.ts';
import { member, stringOf } from '../kit/json/member.ts';
import { serializeStrings } from '../kit/json/serialize.ts';
import { type JsonNode, parseJson } from '../kit/json/tokenizer.ts';
import type { RemoteSecret, SecretMap } from '../kit/provider.ts';

/** A Secret as the API server has it, as far as it is read. */
export interface KubernetesSecret {
  readonly name: string;
  readonly uid: string;
  /** Its resourceVersion. */
  readonly version: string;
  readonly type: string;
  readonly data: SecretMap;
  /** Undefined when there are none. */
  readonly labels: SecretMap | undefined;
  readonly annotations: SecretMap | undefined;
}

const utf8 = new TextEncoder();

/** Reads a Secret, or one item of their list. */
export function secretOf(object: JsonNode): KubernetesSecret {
  const metadata = member(object, 'metadata');
  return {
    name: stringOf(member(metadata, 'name')) ?? '',
    uid: stringOf(member(metadata, 'uid')) ?? '',
    version: stringOf(member(metadata, 'resourceVersion')) ?? '',
    type: stringOf(member(object, 'type')) ?? '',
    data: mapOf(member(object, 'data'), 'base64') ?? new Map(),
    labels: mapOf(member(metadata, 'labels'), 'utf8'),
    annotations: mapOf(member(metadata, 'annotations'), 'utf8'),
  };
}

/** All keys as one JSON object of strings; bytes that are no UTF-8 become U+FFFD, as in ESO (spec providers 8.2). */
export function dataDocument({ data }: KubernetesSecret): Uint8Array {
  return utf8.encode(encoded(data));
}

/** The keys of a Secret (spec providers 8.2). Properties are names of keys, or a key and a path into its JSON. */
export function dataOf(secret: KubernetesSecret): RemoteSecret {
  return remote(secret.name, secret.data, {
    whole: () => dataDocument(secret),
    pick: (property) => pick(secret.data, property),
  });
}

/** Its labels and annotations instead (metadataPolicy Fetch). */
export function metadataOf({ name, labels, annotations }: KubernetesSecret): RemoteSecret {
  const parts = { labels, annotations };
  const json = (part: SecretMap | undefined) => (part === undefined ? 'null' : encoded(part));
  const map: SecretMap = new Map(
    Object.entries(parts).map(([part, entries]) => [part, utf8.encode(json(entries))]),
  );
  return remote(name, map, {
    whole: () => utf8.encode(`{"annotations":${json(annotations)},"labels":${json(labels)}}`),
    pick(property) {
      const [, part, rest] = /^(labels|annotations)(?:\.(.+))?$/.exec(property) ?? [];
      if (part === undefined) return undefined;
      return rest === undefined ? map.get(part) : pick(parts[part as keyof typeof parts] ?? new Map(), rest);
    },
  });
}

interface Dialect {
  readonly whole: () => Uint8Array;
  /** Undefined for a property that is not there. */
  readonly pick: (property: string) => Uint8Array | undefined;
}

function remote(name: string, map: SecretMap, { whole, pick }: Dialect): RemoteSecret {
  const value = (property?: string) => {
    if (!property) return whole();
    const found = explained(() => pick(property), name, property);
    if (found === undefined) throw new ProviderError('PropertyMissing', { what: name, property });
    return found;
  };
  return {
    size: [...map].reduce((size, [key, bytes]) => size + key.length + bytes.byteLength, 0),
    value,
    map(property) {
      if (!property) return new Map(map);
      const document = value(property);
      return explained(() => flattenEncoded(parseJson(document)), name, property);
    },
  };
}

/**
 * A key of that whole name, dots and all; else a key up to one of the dots, and in its JSON the path that follows. ESO looks
 * at the first dot only, so that it does not reach into `config.json` or a label of a domain (decision 32).
 */
function pick(map: SecretMap, property: string): Uint8Array | undefined {
  const exact = map.get(property);
  if (exact !== undefined) return exact;
  for (let dot = property.indexOf('.'); dot >= 0; dot = property.indexOf('.', dot + 1)) {
    const path = property.slice(dot + 1);
    const document = path === '' ? undefined : map.get(property.slice(0, dot));
    const found = document === undefined ? undefined : lookUp(document, path);
    if (found !== undefined) return found.text;
  }
  return undefined;
}

function encoded(map: SecretMap): string {
  const texts = [...map].map(([key, bytes]) => [key, decodeUtf8(toByteText(bytes))] as const);
  return serializeStrings(new Map(texts), 'plain');
}

/** The strings of a JSON object as bytes. */
function mapOf(node: JsonNode | undefined, encoding: 'base64' | 'utf8'): SecretMap | undefined {
  if (node?.kind !== 'object') return undefined;
  return new Map(
    node.members.flatMap(({ name, value }) =>
      value.kind === 'string' ? [[name, new Uint8Array(Buffer.from(value.text, encoding))] as const] : [],
    ),
  );
}
