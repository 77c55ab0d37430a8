import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { ResourceType } from '../../server/kube-api.ts';
import { splitApiVersion } from './discovery.ts';
import { objectKey } from './informer.ts';

/** Objects by group key (`Secret.v1`), then by object key (`namespace/name`): the v2 form of `children` and `related`. */
export type Groups = Map<string, Group>;

/** The objects of one exact apiVersion and kind. */
export interface Group {
  readonly apiVersion: string;
  readonly kind: string;
  readonly objects: Map<string, KubeObject>;
}

/** `group/version`, or the version of the core group. */
export function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The group of an apiVersion and kind, made when it is not there. */
export function groupOf(groups: Groups, apiVersion: string, kind: string): Group {
  const key = `${kind}.${apiVersion}`;
  const group = groups.get(key) ?? { apiVersion, kind, objects: new Map<string, KubeObject>() };
  groups.set(key, group);
  return group;
}

/** Puts objects into their groups; of two with the same name the last wins. */
export function insert(groups: Groups, objects: Iterable<KubeObject>): void {
  for (const object of objects) {
    const { apiVersion = '', kind, metadata } = object;
    groupOf(groups, apiVersion, kind).objects.set(objectKey(metadata.namespace, metadata.name), object);
  }
}

/** The groups as the hook request has them. */
export function groupsToJson(groups: Groups): Record<string, Record<string, KubeObject>> {
  return Object.fromEntries([...groups].map(([key, { objects }]) => [key, Object.fromEntries(objects)]));
}

/** The groups in the order in which Metacontroller works on them: by API group, version, kind. */
export function sortedGroups(groups: Groups): Group[] {
  const rank = ({ apiVersion, kind }: Group) => {
    const { group, version } = splitApiVersion(apiVersion);
    return [group, version, kind].join('\0');
  };
  return [...groups.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
