import type { StoreHandle } from './backends.ts';
import type { ProviderErrorCode } from './kit/errors.ts';
import type { Turn } from './rate-limits.ts';

/** What the way to the backends tells whoever counts; implemented by `server/metrics.ts`. */
export interface BackendObserver {
  /** One call of a backend's API, by ESO's provider label and the API's operation name. */
  call(provider: string, call: string, outcome: 'success' | 'error'): void;
  /** One call that the vendor's rate limit let wait, or refused a turn. */
  limited(provider: string, turn: Exclude<Turn, 'at once'>): void;
  /** One read that reached the provider, and how it ended. */
  read(provider: string, store: StoreHandle, outcome: 'Success' | ProviderErrorCode): void;
  /** One push, deletion or question for existence that reached the provider, and how it ended. */
  write(provider: string, store: StoreHandle, outcome: 'Success' | ProviderErrorCode): void;
  /** One read answered by another's. */
  coalesced(provider: string): void;
  breaker(store: StoreHandle, state: 'closed' | 'open' | 'half-open'): void;
}

/** An observer that counts nothing. */
export const silentObserver: BackendObserver = {
  call() {},
  limited() {},
  read() {},
  write() {},
  coalesced() {},
  breaker() {},
};
