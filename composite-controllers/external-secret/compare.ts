import type { SecretObject } from '../lib/objects.ts';
import { echo } from '../lib/owned-fields.ts';
import { controllerUidLabel, refreshIdAnnotation } from './names.ts';

/** How the desired Secret differs from the observed one. */
export interface Difference {
  /** Nothing is to be written; a refresh id alone is no reason to write. */
  readonly equal: boolean;
  /** The data alone is the same. */
  readonly sameData: boolean;
  /** Keys of the observed data that are nobody's but a stranger's: our own go with the apply that no longer states them. */
  readonly foreignKeys: readonly string[];
}

/** Compares what we would state with what we last stated (the fields that our Apply entry owns) and with the data as it is. */
export function compare(observed: SecretObject, desired: SecretObject): Difference {
  const stated = echo(observed);
  const own = stated.data ?? {};
  const data = observed.data ?? {};
  const wanted = desired.data ?? {};
  const foreignKeys = Object.keys(data).filter(
    (key) => !Object.hasOwn(wanted, key) && !Object.hasOwn(own, key),
  );
  const sameData = sameMap(data, wanted);
  const equal =
    sameData &&
    sameMap(own, wanted) &&
    sameMap(stated.metadata.labels, desired.metadata.labels, controllerUidLabel) &&
    sameMap(stated.metadata.annotations, desired.metadata.annotations, refreshIdAnnotation);
  return { equal, sameData, foreignKeys };
}

function sameMap(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
  except?: string,
): boolean {
  const entries = (map: typeof a) => Object.entries(map ?? {}).filter(([key]) => key !== except);
  const left = entries(a);
  const right = new Map(entries(b));
  return left.length === right.size && left.every(([key, value]) => right.get(key) === value);
}
