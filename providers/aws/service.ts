import type { CallDeps } from '../kit/calls.ts';
import { ProviderError } from '../kit/errors.ts';
import type { ConnectDeps, FindQuery, RemoteRef, SecretMap, SecretsClient } from '../kit/provider.ts';
import type { SdkOptions } from './auth.ts';
import type { AwsSpec } from './schema.ts';
import type { Session } from './session.ts';

/** What the parts of a store's client that speak to one service share. */
export interface ServiceContext extends CallDeps, Pick<ConnectDeps, 'now' | 'retry' | 'credentials'> {
  readonly session: Session;
  readonly sdk: SdkOptions & { readonly endpoint?: string };
  /** Goes before every key, but for `find`. */
  readonly prefix: string;
  /** How Secrets Manager deletes. */
  readonly deletion: NonNullable<AwsSpec['secretsManager']>;
}

/** The writing half of a service. */
export type ServiceWrites = Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>>;

/** One service that holds secrets. */
export interface Service extends ServiceWrites {
  /** The bytes of a value, or the tags as a JSON object. */
  read(ref: RemoteRef, signal: AbortSignal): Promise<Uint8Array>;
  find(query: FindQuery, signal: AbortSignal): Promise<SecretMap>;
}

/** Items of all pages of a listing. Throws `Malformed` for a page without them: an empty answer is no empty list. */
export async function allPages<T>(
  what: string,
  page: (token: string | undefined) => Promise<{ items: T[] | undefined; next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items, next } = await page(token);
    if (!Array.isArray(items)) throw new ProviderError('Malformed', { what });
    all.push(...items);
    token = next || undefined;
  } while (token !== undefined);
  return all;
}

/** What `find` is called in errors. */
export const finding = 'dataFrom.find';

/** Throws for a query that ESO's operator for it does not exist (spec providers 2.3, 2.5). */
export function neitherNameNorTags(): ProviderError {
  return new ProviderError('Unsupported', { what: 'find without name and tags' });
}
