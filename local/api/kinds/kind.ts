import type { FieldError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import type { NameRule } from './metadata.ts';
import { objectMeta } from './object-meta.ts';

export interface KindVersion {
  readonly name: string;
  readonly served: boolean;
  /** Of the whole object, with apiVersion, kind and metadata. */
  readonly schema: Schema;
  /** Paths of the fields, such as `spec.mode`, that field selectors may name. */
  readonly selectable?: readonly string[];
}

export type Feature =
  /** There is a status endpoint. */
  | 'status'
  /** metadata.generation counts changes. */
  | 'generation'
  /** A PUT may leave out the resourceVersion. */
  | 'unconditionalUpdate'
  /** DELETE answers the object rather than a Status. */
  | 'returnsDeleted';

/** A kind that the store knows: how it is addressed, decoded, completed and validated. */
export interface Kind {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly versions: readonly KindVersion[];
  /** The version that objects are stored in. */
  readonly storage: string;
  /** Built-in kinds are decoded like Go structs, custom ones pruned and defaulted by their structural schema. */
  readonly origin: 'builtin' | 'custom';
  readonly names: NameRule;
  readonly features: ReadonlySet<Feature>;
  /** Top-level fields that the main endpoint drops from a new object and keeps as they are in an existing one. */
  readonly reset: readonly string[];
  /** What an object holds before anything is set: the non-optional parts of a Go struct. */
  readonly empty: JsonObject;
  /** Folds and defaults a decoded object. */
  readonly complete: (object: JsonObject) => JsonObject;
  /** Fills in what only the server sets in a new object. */
  readonly initialise: (object: JsonObject) => JsonObject;
  readonly validate: (object: JsonObject, live: JsonObject | undefined) => readonly FieldError[];
}

const text: Schema = { type: 'string' };

/** The schema of a whole object from that of its own fields. */
export function wholeObject(own: Schema): Schema {
  const properties = { apiVersion: text, kind: text, metadata: objectMeta };
  return { ...own, type: 'object', properties: { ...own.properties, ...properties } };
}

const same = (object: JsonObject): JsonObject => object;

/** A kind from what sets it apart. */
export function defineKind(
  rest: Pick<Kind, 'group' | 'resource' | 'kind' | 'origin' | 'versions'> & Partial<Kind>,
): Kind {
  return {
    shortNames: [],
    categories: [],
    namespaced: true,
    storage: rest.versions[0]!.name,
    names: 'subdomain',
    features: new Set(),
    reset: [],
    empty: {},
    complete: same,
    initialise: same,
    validate: () => [],
    ...rest,
  };
}

/** `group/version`, or the version alone in the core group. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The group of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Whether the kind is the core group's Namespace. */
export function isNamespaces({ group, resource }: Pick<Kind, 'group' | 'resource'>): boolean {
  return group === '' && resource === 'namespaces';
}
