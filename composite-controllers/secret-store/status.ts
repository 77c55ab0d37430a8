import type { Capabilities } from '../../providers/kit/provider.ts';
import { setCondition } from '../lib/conditions.ts';
import { type StoreFailure, type StoreReason, storeFailureMessage } from './errors.ts';
import type { StoreStatus } from './schema.ts';

/** What the validation of a store came to. */
export type StoreOutcome =
  | {
      readonly kind: 'Ready';
      readonly reason: 'Valid' | 'ValidationUnknown';
      readonly capabilities: Capabilities;
    }
  | { readonly kind: 'Failed'; readonly failure: StoreFailure };

const readyMessages = {
  Valid: 'store validated',
  ValidationUnknown: 'could not determine validation status',
} as const;

/** The next status of a store (spec core 2.4), its message, and whether the condition says something new. Pure. */
export function nextStoreStatus(
  before: StoreStatus,
  outcome: StoreOutcome,
  now: number,
): { readonly status: StoreStatus; readonly message: string; readonly changed: boolean } {
  const reason: StoreReason = outcome.kind === 'Ready' ? outcome.reason : 'InvalidProviderConfig';
  const message =
    outcome.kind === 'Ready' ? readyMessages[outcome.reason] : storeFailureMessage(outcome.failure);
  const conditions = setCondition(
    before.conditions ?? [],
    { type: 'Ready', status: outcome.kind === 'Ready' ? 'True' : 'False', reason, message },
    now,
  );
  const status: StoreStatus = {
    ...before,
    conditions,
    ...(reason === 'Valid' && outcome.kind === 'Ready' ? { capabilities: outcome.capabilities } : {}),
  };
  return { status, message, changed: conditions !== before.conditions };
}
