/** Reasons of a store's Ready condition (spec core 2.4). */
export type StoreReason = 'Valid' | 'ValidationUnknown' | 'InvalidProviderConfig';

/** The one table of what makes a store not Ready: ESO's message, kept in front, and what a person can do. */
export const storeErrors = {
  /** The section can't be turned into a client: fields, credentials, login. */
  ClientFailed: { message: 'unable to create client' },
  /** The client exists, and the backend does not answer it as it should. */
  CheckFailed: { message: 'unable to validate store' },
  /** The specification contradicts itself. */
  SpecInvalid: { message: 'unable to validate store', advice: 'correct the fields named' },
  /** The provider is known, and not part of this build. */
  NotBuilt: {
    message: 'unable to create client',
    advice: 'see the table of providers in the README',
  },
} as const satisfies Record<string, { message: string; advice?: string }>;

export type StoreErrorCode = keyof typeof storeErrors;

/** Why a store is not Ready. */
export interface StoreFailure {
  readonly code: StoreErrorCode;
  readonly detail: string;
  readonly advice?: string;
  /** Code of the provider layer. */
  readonly cause?: string;
}

/** Message of the Ready condition. */
export function storeFailureMessage(failure: StoreFailure): string {
  const row: { message: string; advice?: string } = storeErrors[failure.code];
  const advice = failure.advice ?? row.advice;
  return `${row.message}: ${failure.detail}${advice === undefined ? '' : `. To do: ${advice}`}`;
}
