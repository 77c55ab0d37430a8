import { ProviderError } from '../../kit/errors.ts';
import { member, stringOf } from '../../kit/json/member.ts';
import type { JsonNode } from '../../kit/json/tokenizer.ts';
import { isGoogleApi } from '../google.ts';

/** Where a foreign token comes from. */
export type TokenSource =
  | { readonly kind: 'file'; readonly path: string; readonly field: string | undefined }
  | {
      readonly kind: 'url';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly field: string | undefined;
    }
  | { readonly kind: 'aws' };

/** A credential configuration, as far as it is used (google.aip.dev/auth/4117). */
export interface ExternalAccount {
  readonly audience: string | undefined;
  readonly subjectTokenType: string;
  readonly tokenUrl: string;
  readonly source: TokenSource;
  readonly impersonated: string | undefined;
  readonly lifetimeSeconds: number | undefined;
}

/**
 * Reads the JSON of a credential configuration. Whoever wrote it must not choose who gets tokens, so its URLs have to be
 * Google's. Throws `Misconfigured`, or `Unsupported` for programs and for identities of people.
 */
export function readExternalAccount(root: JsonNode | undefined, what: string): ExternalAccount {
  const text = (name: string) => stringOf(member(root, name)) || undefined;
  const wrong = (why: string) => new ProviderError('Misconfigured', { what: `${what} ${why}` });
  if (text('type') !== 'external_account')
    throw wrong('is no credential configuration of an external_account');
  const tokenUrl = text('token_url') ?? 'https://sts.googleapis.com/v1/token';
  if (!isGoogleApi(tokenUrl)) throw wrong("has a token_url that is not Google's");
  if (text('workforce_pool_user_project') !== undefined) {
    throw new ProviderError('Unsupported', { what: `a workforce pool: ${what}` });
  }
  const impersonationUrl = text('service_account_impersonation_url');
  const impersonated = emailOf(impersonationUrl);
  if (impersonationUrl !== undefined && impersonated === undefined)
    throw wrong("has a service_account_impersonation_url that is not Google's");
  const lifetime = member(member(root, 'service_account_impersonation'), 'token_lifetime_seconds');
  return {
    audience: text('audience'),
    subjectTokenType: text('subject_token_type') ?? '',
    tokenUrl,
    source: readSource(member(root, 'credential_source'), what),
    impersonated,
    lifetimeSeconds: lifetime?.kind === 'number' ? Number(lifetime.text) : undefined,
  };
}

function emailOf(url: string | undefined): string | undefined {
  if (url === undefined || !isGoogleApi(url)) return undefined;
  return /\/v1\/projects\/-\/serviceAccounts\/([^/:]+(?::[^/:]+)?):generateAccessToken$/.exec(url)?.[1];
}

function readSource(source: JsonNode | undefined, what: string): TokenSource {
  if (member(source, 'executable') !== undefined) {
    throw new ProviderError('Unsupported', { what: `credential_source.executable: ${what}` });
  }
  if (stringOf(member(source, 'environment_id'))?.startsWith('aws')) return { kind: 'aws' };
  const format = member(source, 'format');
  const isJson = stringOf(member(format, 'type')) === 'json';
  const field = isJson ? (stringOf(member(format, 'subject_token_field_name')) ?? '') : undefined;
  const path = stringOf(member(source, 'file'));
  if (path) return { kind: 'file', path, field };
  const url = stringOf(member(source, 'url'));
  if (!url) throw new ProviderError('Misconfigured', { what: `${what} has no credential_source` });
  const given = member(source, 'headers');
  const headers = given?.kind === 'object' ? given.members : [];
  return {
    kind: 'url',
    url,
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, stringOf(value) ?? ''])),
    field,
  };
}
