import type { SecretObject } from '../lib/objects.ts';
import { compare } from './compare.ts';
import type { SyncFailure } from './errors.ts';

/** Why the API server would refuse to turn `existing` into `desired`, or undefined when it would not (design rule 5). */
export function frozen(existing: SecretObject, desired: SecretObject): SyncFailure | undefined {
  const type = existing.type ?? 'Opaque';
  if (desired.type !== undefined && desired.type !== type) {
    return {
      code: 'TypeImmutable',
      detail: `the Secret has type ${type}, the specification says ${desired.type}`,
    };
  }
  if (existing.immutable === true && !compare(existing, desired).sameData) return { code: 'TargetImmutable' };
  return undefined;
}
