import { member } from '../kit/json/member.ts';
import type { JsonMember, JsonNode } from '../kit/json/tokenizer.ts';
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
  const metadata = present === undefined ? objectOf([['name', text(name)]]) : member(present, 'metadata');
  return replaced(
    present ??
      objectOf([
        ['apiVersion', text('v1')],
        ['kind', text('Secret')],
      ]),
    [
      [
        'metadata',
        replaced(metadata, [
          ['labels', labels && strings(labels)],
          ['annotations', annotations && strings(annotations)],
        ]),
      ],
      ['data', data && strings(new Map([...data].map(([key, value]) => [key, base64(value)])))],
      ['type', type === undefined ? undefined : text(type)],
    ],
  );
}

/** The object with members set; undefined leaves what is there. */
function replaced(
  object: JsonNode | undefined,
  entries: readonly [string, JsonNode | undefined][],
): JsonNode {
  const set = entries.flatMap(([name, value]): JsonMember[] =>
    value === undefined ? [] : [{ name, value }],
  );
  const others = object?.kind === 'object' ? object.members : [];
  return node([...others.filter(({ name }) => !set.some((entry) => entry.name === name)), ...set]);
}

const node = (members: JsonMember[]): JsonNode => ({ kind: 'object', members, start: 0, end: 0 });
const text = (value: string): JsonNode => ({ kind: 'string', text: value, start: 0, end: 0 });
const objectOf = (entries: readonly [string, JsonNode][]) =>
  node(entries.map(([name, value]) => ({ name, value })));
const strings = (map: ReadonlyMap<string, string>) =>
  objectOf([...map].map(([name, value]) => [name, text(value)]));
const base64 = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
