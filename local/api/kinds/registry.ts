import { noSuchResource, pageNotFound } from '../errors.ts';
import type { Schema } from '../schema/schema.ts';
import { appsKinds } from './apps-kinds.ts';
import { coreKinds } from './core-kinds.ts';
import { customKind, definitions } from './definition.ts';
import { apiVersionOf, groupOf, type Kind, wholeObject } from './kind.ts';

/** Metacontroller's own kinds, taken as they come: its CRDs may be installed over them. */
const metacontrollerKinds: readonly Kind[] = ['composite', 'decorator'].map((word) =>
  customKind({
    group: 'metacontroller.k8s.io',
    resource: `${word}controllers`,
    kind: `${word[0]!.toUpperCase()}${word.slice(1)}Controller`,
    shortNames: [word === 'composite' ? 'cc' : 'dec'],
    namespaced: false,
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        schema: wholeObject({ 'x-kubernetes-preserve-unknown-fields': true }),
      },
    ],
    status: 'subresource',
  }),
);

/** The kinds that the store knows, by resource and by kind. */
export interface Registry {
  readonly all: () => readonly Kind[];
  /** The kind and the schema of one of its served versions; throws 404 where there is none. */
  readonly find: (group: string, version: string, resource: string) => Kind;
  readonly byKind: (apiVersion: string, kind: string) => Kind | undefined;
  readonly add: (kind: Kind) => void;
  readonly remove: (group: string, resource: string) => void;
}

export function createRegistry(): Registry {
  const kinds = new Map<string, Kind>();
  const add = (kind: Kind): void => {
    kinds.set(`${kind.group}/${kind.resource}`, kind);
  };
  for (const kind of [...coreKinds, ...appsKinds, definitions, ...metacontrollerKinds]) add(kind);
  return {
    add,
    all: () => [...kinds.values()],
    remove: (group, resource) => {
      kinds.delete(`${group}/${resource}`);
    },
    find: (group, version, resource) => {
      const kind = kinds.get(`${group}/${resource}`);
      const served = ({ versions }: Kind): boolean =>
        versions.some((known) => known.served && known.name === version);
      if (![...kinds.values()].some((known) => known.group === group && served(known))) throw pageNotFound();
      if (kind === undefined || !served(kind)) throw noSuchResource();
      return kind;
    },
    byKind: (apiVersion, name) =>
      [...kinds.values()].find(({ group, kind }) => group === groupOf(apiVersion) && kind === name),
  };
}

/** The schema of the kind at an apiVersion, or undefined where it has no such version. */
export function schemaAt(kind: Kind, apiVersion: string): Schema | undefined {
  return kind.versions.find(({ name }) => apiVersionOf(kind.group, name) === apiVersion)?.schema;
}
