import { readFile } from 'node:fs/promises';
import { normalize } from 'node:path';
import { ProviderError } from './errors.ts';
import { createHttpClient } from './http.ts';
import { member, objectIn, stringOf } from './json/member.ts';
import type { StoreScope } from './provider.ts';

/**
 * The hook's own identity opens what the hook may do, and whoever writes a SecretStore also chooses the server that it goes
 * to; so, unlike in ESO, only a ClusterSecretStore may use it. Throws `CredentialForbidden`.
 */
export function forbidInSecretStore({ kind }: StoreScope, what: string): void {
  if (kind === 'SecretStore') throw new ProviderError('CredentialForbidden', { what });
}

/** Token of the ServiceAccount that the hook runs as. */
export const ownTokenPath = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const mounted = '/var/run/secrets/';

/** Text of a credential that is mounted into the hook. Throws `CredentialForbidden` for other files, `CredentialMissing` without it. */
export async function ownFile(path: string): Promise<string> {
  const what = `file ${path} of the hook`;
  if (!normalize(path).startsWith(mounted)) throw new ProviderError('CredentialForbidden', { what });
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    throw new ProviderError('CredentialMissing', { what });
  }
}

const metadataTimeoutMs = 5_000;

/**
 * An identity token of the hook's pod for an audience, by the metadata server
 * (cloud.google.com/compute/docs/instances/verifying-instance-identity#request_signature). `GCE_METADATA_HOST` as for
 * Google's libraries. Throws `CredentialMissing`.
 */
export async function googleIdentity(audience: string): Promise<string> {
  const host = process.env.GCE_METADATA_HOST || 'metadata.google.internal';
  const query = new URLSearchParams({ audience, format: 'full' });
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/identity?${query}`;
  const missing = new ProviderError('CredentialMissing', { what: "the hook's own Google identity" });
  const answer = await askLocally(url, { 'metadata-flavor': 'Google' }, missing);
  const isGoogles = answer.status === 200 && answer.headers['metadata-flavor'] === 'Google';
  const jwt = Buffer.from(answer.bytes).toString().trim();
  if (!isGoogles || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) throw missing;
  return jwt;
}

/**
 * An access token of the node's managed identity
 * (learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#get-a-token-using-http).
 * `AZURE_ENDPOINT_URL` stands for the metadata service in tests. Throws `CredentialMissing`.
 */
export async function azureManagedToken(
  resource: string,
  choice: Readonly<Record<string, string>> = {},
): Promise<string> {
  const origin = process.env.AZURE_ENDPOINT_URL || 'http://169.254.169.254';
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource, ...choice });
  const missing = new ProviderError('CredentialMissing', { what: "the hook's own managed identity" });
  const url = `${origin}/metadata/identity/oauth2/token?${query}`;
  const answer = await askLocally(url, { metadata: 'true' }, missing);
  const token = stringOf(member(objectIn(answer.bytes), 'access_token'));
  if (answer.status !== 200 || !token) throw missing;
  return token;
}

/** A metadata server is the node's own, so no proxy leads there. */
async function askLocally(url: string, headers: Readonly<Record<string, string>>, missing: ProviderError) {
  const http = createHttpClient({ env: {} });
  try {
    return await http.request({ method: 'GET', url, headers, timeoutMs: metadataTimeoutMs });
  } catch {
    throw missing;
  } finally {
    http.close();
  }
}
