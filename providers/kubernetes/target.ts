import { ProviderError } from '../kit/errors.ts';
import type { HttpOptions } from '../kit/http.ts';
import type { BoundToken } from '../kit/kube.ts';
import type { Renewable } from '../kit/renewable.ts';

/** What goes with the requests: nothing, a token that was given, or one of a ServiceAccount. */
export type Bearer =
  | { readonly kind: 'none' }
  | { readonly kind: 'given'; readonly token: string }
  | { readonly kind: 'requested'; readonly tokens: Renewable<BoundToken> };

/** An API server, and who the store is to it. */
export interface Target {
  readonly url: URL;
  readonly http: Pick<HttpOptions, 'ca' | 'identity'>;
  readonly bearer: Bearer;
}

/** Throws `Misconfigured` for an empty token, by which the store would be nobody. */
export function givenToken(token: string): Bearer {
  if (token === '') throw new ProviderError('Misconfigured', { what: 'the token is empty' });
  return { kind: 'given', token };
}
