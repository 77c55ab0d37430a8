import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { ProviderError } from '../../kit/errors.ts';
import { member, objectIn, stringOf } from '../../kit/json/member.ts';
import type { TokenSource } from './external-account.ts';
import type { AuthContext } from './login.ts';

const maxBytes = 64 * 1024;

/** The token that a file or a URL holds, as text or in a field of JSON. */
export async function subjectToken(
  source: Exclude<TokenSource, { kind: 'aws' }>,
  { google }: AuthContext,
): Promise<string> {
  const bytes = source.kind === 'file' ? await readTokenFile(source.path) : await ask(source, google);
  const text = Buffer.from(bytes).toString().trim();
  const token = source.field === undefined ? text : stringOf(member(objectIn(text), source.field));
  if (!token) throw new ProviderError('LoginFailed', { what: 'credential_source gives no token' });
  return token;
}

/**
 * Whether a store may name the file: tokens that were mounted for the hook to log in with, but not the one with which it
 * speaks to Kubernetes, and nothing else of its disk.
 */
export function isMountedToken(path: string): boolean {
  const normal = posix.normalize(path).replace(/^\/run\//, '/var/run/');
  return normal.startsWith('/var/run/secrets/') && !normal.startsWith('/var/run/secrets/kubernetes.io/');
}

async function readTokenFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch {
    throw new ProviderError('CredentialMissing', { what: `file ${path} of credential_source` });
  }
}

async function ask(
  { url, headers }: Extract<TokenSource, { kind: 'url' }>,
  google: AuthContext['google'],
): Promise<Uint8Array> {
  const what = 'credential_source.url';
  const { status, bytes } = await google.apis.request({ method: 'GET', url, headers, maxBytes, what });
  if (status !== 200) throw new ProviderError('LoginFailed', { what, status });
  return bytes;
}
