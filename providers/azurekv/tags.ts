import { ProviderError } from '../kit/errors.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { objectIn } from '../kit/json/member.ts';
import { serializeStrings } from '../kit/json/serialize.ts';
import type { RemoteSecret, SecretMap } from '../kit/provider.ts';
import type { Properties } from './objects.ts';

/**
 * The tags, and the attributes as if they were tags: what metadataPolicy Fetch reads (spec providers 5.4). ESO gives
 * attributes on one of its two code paths only (decision 25).
 */
export function tagsOf({
  tags = {},
  expiresOn,
  createdOn,
  updatedOn,
  notBefore,
}: Properties): Map<string, string> {
  const moments = {
    'attribute.created': createdOn,
    'attribute.expires': expiresOn,
    'attribute.notBefore': notBefore,
    'attribute.updated': updatedOn,
  };
  const attributes = Object.entries(moments).flatMap(([name, moment]) =>
    moment === undefined ? [] : [[name, `${moment.toISOString().slice(0, 19)}Z`] as const],
  );
  return new Map([...Object.entries(tags).filter(([, value]) => typeof value === 'string'), ...attributes]);
}

/** Tags as a secret; `name` is that of the object, before each extracted key. */
export function tagSecret(
  tags: ReadonlyMap<string, string>,
  { name, what, extracts }: { name: string; what: string; extracts: boolean },
): RemoteSecret {
  const whole = Buffer.from(serializeStrings(tags, 'escaped'));
  const value = (property?: string): Uint8Array => {
    if (!property) return whole;
    const exact = tags.get(property);
    if (exact !== undefined) return Buffer.from(exact);
    const [, tag = '', rest = ''] = /^([^.]*)\.(.*)$/s.exec(property) ?? [];
    const nested = tags.get(tag);
    if (nested === undefined || rest === '') throw new ProviderError('PropertyMissing', { what, property });
    return jsonSecret(Buffer.from(nested), { dots: 'as-given-first', flatten: 'raw', what }).value(rest);
  };
  return {
    size: whole.byteLength,
    value,
    map(property) {
      if (!extracts) throw new ProviderError('Unsupported', { what: `extracting ${what}` });
      return property ? new Map([[`${name}_${property}`, value(property)]]) : expanded(tags, name);
    },
  };
}

/** Each tag as a key; one that holds a JSON object of strings as a key for each of its names instead. */
function expanded(tags: ReadonlyMap<string, string>, name: string): SecretMap {
  const map: SecretMap = new Map();
  for (const [tag, text] of tags) {
    const object = objectIn(text);
    const members = object?.kind === 'object' ? object.members : [];
    const isOfStrings = object !== undefined && members.every(({ value }) => value.kind === 'string');
    if (!isOfStrings) map.set(`${name}_${tag}`, Buffer.from(text));
    for (const { name: key, value } of isOfStrings ? members : []) {
      if (value.kind === 'string') map.set(`${name}_${tag}_${key}`, Buffer.from(value.text));
    }
  }
  return map;
}
