import type { SecretKeySelector } from '../../kit/credentials.ts';
import type { StoreScope } from '../../kit/provider.ts';

/** What a login needs. */
export interface LoginContext {
  readonly scope: StoreScope;
  readonly now: () => number;
  readonly read: (selector: SecretKeySelector) => Promise<string>;
}
