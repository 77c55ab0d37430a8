import type { Environment } from './environment.ts';
import type { Budget } from './limits.ts';

/** What functions are given besides their arguments. */
export interface Context {
  readonly environment: Environment;
  readonly budget: Budget;
}
