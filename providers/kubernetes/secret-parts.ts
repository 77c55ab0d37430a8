import { objectNode, textNode, withMembers } from '../kit/json/make.ts';
import { member } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { SecretMap } from '../kit/provider.ts';
import type { Marks } from './push-metadata.ts';

/** The parts of a Secret that a push decides. */
export interface SecretParts {
  readonly data: SecretMap;
  readonly labels: Marks;
  readonly annotations: Marks;
  readonly type: string;
}

/** The Secret with these parts in place of its own; everything else of it stays, its version too. Without one a new Secret. */
export function withParts(
  present: JsonNode | undefined,
  { name, data, labels, annotations, type }: Partial<SecretParts> & { readonly name: string },
): JsonNode {
  const secret =
    present ??
    objectNode([
      ['apiVersion', textNode('v1')],
      ['kind', textNode('Secret')],
      ['metadata', objectNode([['name', textNode(name)]])],
    ]);
  return withMembers(secret, {
    metadata: withMembers(member(secret, 'metadata'), {
      labels: labels && texts(labels),
      annotations: annotations && texts(annotations),
    }),
    data: data && objectNode([...data].map(([key, value]) => [key, textNode(base64(value))] as const)),
    type: type === undefined ? undefined : textNode(type),
  });
}

const texts = (map: Marks) => objectNode([...map].map(([name, value]) => [name, textNode(value)] as const));
const base64 = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
