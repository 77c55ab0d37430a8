import { controllerUidLabel, generatedAtAnnotation, refreshIdAnnotation } from '../lib/names.ts';
import type { SecretObject } from '../lib/objects.ts';
import { echo } from '../lib/owned-fields.ts';
import { encodeData } from '../lib/secret-data.ts';
import type { DesiredSecret } from './desired.ts';

/** How the desired Secret differs from the observed one. */
export interface Difference {
  /** Nothing is to be written; the mark of a refresh alone is no reason to write. */
  readonly equal: boolean;
  /** The data alone is the same. */
  readonly sameData: boolean;
  /** Keys of the observed data that are nobody's but a stranger's: our own go with the apply that no longer states them. */
  readonly foreignKeys: readonly string[];
}

/** What differs from refresh to refresh, and is no reason to write. */
const passing = [refreshIdAnnotation, generatedAtAnnotation];

/** Compares what we would state with what we last stated, and what the Secret would hold with what it holds. */
export function compare(
  observed: SecretObject,
  { secret, data: whole }: DesiredSecret,
  stated: SecretObject = echo(observed),
): Difference {
  const own = stated.data ?? {};
  const data = observed.data ?? {};
  const wanted = encodeData(whole);
  const foreignKeys = Object.keys(data).filter(
    (key) => !Object.hasOwn(wanted, key) && !Object.hasOwn(own, key),
  );
  const sameData = sameMap(data, wanted);
  const equal =
    sameData &&
    sameMap(own, secret.data) &&
    sameMap(stated.metadata.labels, secret.metadata.labels, controllerUidLabel) &&
    sameMap(stated.metadata.annotations, secret.metadata.annotations, ...passing) &&
    sameFinalizers(observed, stated, secret) &&
    (secret.type === undefined || secret.type === observed.type) &&
    (secret.immutable !== true || observed.immutable === true);
  return { equal, sameData, foreignKeys };
}

function sameFinalizers(observed: SecretObject, stated: SecretObject, desired: SecretObject): boolean {
  const wanted = desired.metadata.finalizers ?? [];
  const own = stated.metadata.finalizers ?? [];
  return (
    wanted.every((name) => observed.metadata.finalizers?.includes(name)) &&
    own.every((name) => wanted.includes(name))
  );
}

function sameMap(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
  ...except: readonly string[]
): boolean {
  const entries = (map: typeof a) => Object.entries(map ?? {}).filter(([key]) => !except.includes(key));
  const left = entries(a);
  const right = new Map(entries(b));
  return left.length === right.size && left.every(([key, value]) => right.get(key) === value);
}
