import type { SecretObject } from '../lib/objects.ts';
import { compare } from './compare.ts';
import type { DesiredSecret } from './desired.ts';
import type { SyncFailure } from './errors.ts';

/** Why the API server would refuse to turn `existing` into the desired Secret, or undefined when it would not (design rule 5). */
export function frozen(existing: SecretObject, desired: DesiredSecret): SyncFailure | undefined {
  const type = existing.type ?? 'Opaque';
  const wanted = desired.secret.type;
  if (wanted !== undefined && wanted !== type) {
    return {
      code: 'TypeImmutable',
      detail: `the Secret has type ${type}, the specification says ${wanted}`,
    };
  }
  if (existing.immutable === true && !compare(existing, desired).sameData) return { code: 'TargetImmutable' };
  return undefined;
}
