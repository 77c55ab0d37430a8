import { ProviderError } from '../kit/errors.ts';
import { flattenDecoded } from '../kit/json/flatten.ts';
import { lookUp } from '../kit/json/gjson.ts';
import { JsonError } from '../kit/json/json-error.ts';
import { explained } from '../kit/json/json-secret.ts';
import { arrayNode, itemsOf, objectNode, textNode } from '../kit/json/make.ts';
import { stringOf } from '../kit/json/member.ts';
import { serialize } from '../kit/json/serialize.ts';
import { isJson, type JsonNode, parseJson } from '../kit/json/tokenizer.ts';
import type { RemoteSecret, SecretMap } from '../kit/provider.ts';
import { anyCase, numeral } from './api.ts';

/** A field of a secret. */
export interface Field {
  readonly slug: string;
  readonly name: string;
  readonly id: string;
  readonly isFile: boolean;
  /** Whether a file is attached. */
  readonly isAttached: boolean;
  readonly value: Uint8Array;
  readonly node: JsonNode;
}

type Kind = 'text' | 'number' | 'number, if any' | 'flag';
type Layout = readonly (readonly [name: string, kind: Kind])[];

const numbers = (names: string, kind: Kind = 'number'): Layout =>
  names.split(' ').map((name) => [name, kind]);
const texts = (names: string) => numbers(names, 'text');
const flags = (names: string) => numbers(names, 'flag');

/** A secret as the vendor's SDK for Go writes it, which ESO's users know as the whole value, and the server takes. */
const secretLayout: Layout = [
  ...texts('Name'),
  ...numbers('FolderID ID SiteID SecretTemplateID'),
  ...numbers('SecretPolicyID PasswordTypeWebScriptID', 'number, if any'),
  ...numbers('LauncherConnectAsSecretID CheckOutIntervalMinutes'),
  ...flags('Active CheckedOut CheckOutEnabled AutoChangeEnabled CheckOutChangePasswordEnabled DelayIndexing'),
  ...flags('EnableInheritPermissions EnableInheritSecretPolicy ProxyEnabled RequiresComment'),
  ...flags('SessionRecordingEnabled WebLauncherRequiresIncognitoMode'),
];
const itemLayout: Layout = [
  ...numbers('ItemID FieldID FileAttachmentID'),
  ...texts('FieldName Slug FieldDescription Filename ItemValue'),
  ...flags('IsFile IsNotes IsPassword'),
];

/** The fields of a secret, in its order. */
export function fieldsOf(secret: JsonNode): Field[] {
  return itemsOf(anyCase(secret, 'items')).map((node) => {
    const text = (name: string) => stringOf(anyCase(node, name)) ?? '';
    const isFile = isTrue(anyCase(node, 'isFile'));
    const attachment = numeral(anyCase(node, 'fileAttachmentId')) ?? '0';
    return {
      slug: text('slug'),
      name: text('fieldName'),
      id: numeral(anyCase(node, 'fieldId')) ?? '0',
      isFile,
      isAttached: isFile && attachment !== '0' && text('filename') !== '',
      value: Buffer.from(text('itemValue')),
      node,
    };
  });
}

/** The secret with these fields, as JSON. */
export function documentOf(secret: JsonNode, fields: readonly Field[]): string {
  const items = fields.map(({ node, value }) =>
    laidOut(node, itemLayout, { ItemValue: textNode(Buffer.from(value).toString()) }),
  );
  const whole = objectNode([...members(secret, secretLayout), ['Items', arrayNode(items)] as const]);
  return serialize(whole, { names: 'document', html: 'escaped', numbers: 'text' });
}

/**
 * The secret as ESO reads it: a property is a path in the JSON of its first field, else the slug or name of a field; without
 * one the value is the whole document. Extracted are the keys of the first field's JSON, else the fields.
 */
export function secretServerSecret(secret: JsonNode, fields: readonly Field[], what: string): RemoteSecret {
  const whole = Buffer.from(documentOf(secret, fields));
  const [first] = fields;
  const value = (property?: string): Uint8Array => {
    if (!property) return whole;
    const found =
      first !== undefined && isDocument(first.value)
        ? explained(() => lookUp(first.value, property), what, property)
        : undefined;
    const text = found?.text ?? fieldNamed(fields, property)?.value;
    if (text === undefined) throw new ProviderError('NotFound', { what: `${what} property ${property}` });
    return text;
  };
  return {
    size: whole.byteLength + fields.reduce((sum, field) => sum + field.value.byteLength, 0),
    value,
    map(property) {
      if (property) return keysOf(value(property)) ?? new Map([[property, value(property)]]);
      if (first === undefined) throw new ProviderError('NotAnObject', { what });
      return keysOf(first.value) ?? byName(fields, what);
    },
  };
}

/** The first field with that slug or name. */
export function fieldNamed(fields: readonly Field[], property: string): Field | undefined {
  return fields.find(({ slug, name }) => slug === property || name === property);
}

function byName(fields: readonly Field[], what: string): SecretMap {
  return new Map(
    fields.map(({ slug, name, id, value }) => {
      const key = slug || name || (id === '0' ? '' : id);
      if (key === '') throw new ProviderError('NotAnObject', { what });
      return [key, value];
    }),
  );
}

/** The keys of a JSON object; undefined for everything else. */
function keysOf(value: Uint8Array): SecretMap | undefined {
  try {
    const document = parseJson(value);
    return document.root.kind === 'object' ? flattenDecoded(document) : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function isDocument(value: Uint8Array): boolean {
  try {
    return isJson(value);
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
}

function members(node: JsonNode, layout: Layout, set: Readonly<Record<string, JsonNode>> = {}) {
  return layout.flatMap(([name, kind]) => {
    const made = set[name] ?? as(kind, anyCase(node, name));
    return made === undefined ? [] : [[name, made] as const];
  });
}

function laidOut(node: JsonNode, layout: Layout, set: Readonly<Record<string, JsonNode>>): JsonNode {
  return objectNode(members(node, layout, set));
}

function as(kind: Kind, node: JsonNode | undefined): JsonNode | undefined {
  if (kind === 'text') return textNode(stringOf(node) ?? '');
  if (kind === 'flag') return { kind: 'boolean', value: isTrue(node), start: 0, end: 0 };
  const text = numeral(node) ?? '0';
  if (kind === 'number, if any' && text === '0') return undefined;
  return { kind: 'number', text, start: 0, end: 0 };
}

function isTrue(node: JsonNode | undefined): boolean {
  return node?.kind === 'boolean' && node.value;
}
