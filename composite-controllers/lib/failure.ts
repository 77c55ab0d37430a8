/** How something refused or failed comes to its next attempt. */
export type NextAttempt =
  /** By the failure schedule: the attempt costs a call of the backend. */
  | 'scheduled'
  /** With the next event: the attempt costs nothing. */
  | 'on-event';

/** A row of a kind's table of errors. */
export interface FailureRow {
  /** What ESO says in the condition, kept at the front so that alerts on it go on working. */
  readonly message: string;
  /** What a person can do about it; absent where the detail says it. */
  readonly advice?: string;
  readonly next: NextAttempt;
}

/** Why something is not Ready: a code of a table and a detail of names, codes and our own words. */
export interface Failure<Code extends string> {
  readonly code: Code;
  /** What exactly; never a value. */
  readonly detail?: string;
  /** Advice that is more exact than the table's. */
  readonly advice?: string;
  /** Code of the layer below, for metrics and the log. */
  readonly cause?: string;
  /** Seconds that the backend asked to wait. */
  readonly retryAfter?: number;
}

/** Message of the Ready condition. */
export function describeFailure(row: FailureRow, failure: Omit<Failure<string>, 'code'>): string {
  const advice = failure.advice ?? row.advice;
  const detail = failure.detail === undefined ? '' : `: ${failure.detail}`;
  return advice === undefined ? `${row.message}${detail}` : `${row.message}${detail}. To do: ${advice}`;
}
