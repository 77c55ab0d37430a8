import type { AccessToken } from '../../kit/oauth.ts';
import type { ConnectDeps } from '../../kit/provider.ts';
import type { Google } from '../google.ts';

/** Obtains a token for Google's APIs. Throws `LoginFailed`, what reading credentials throws, and what the network does. */
export type Login = () => Promise<AccessToken>;

/** What a login works with. */
export interface AuthContext extends Pick<ConnectDeps, 'credentials' | 'now'> {
  readonly google: Google;
}

/** The scope of all tokens; what they may do is for IAM to say. */
export const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';
