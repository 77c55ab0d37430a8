import { readCa } from '../kit/ca.ts';
import { mapConcurrently } from '../kit/concurrently.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { createHttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type {
  ConnectDeps,
  FindQuery,
  RemoteRef,
  SecretMap,
  SecretsClient,
  StoreScope,
} from '../kit/provider.ts';
import { vaultConnection } from '../kit/vault/connection.ts';
import { failure, vaultBody } from '../kit/vault/errors.ts';
import { listFolder } from '../kit/vault/find.ts';
import { type Kv, metadataDocument, readMetadata, readSecret } from '../kit/vault/kv.ts';
import { createVaultTransport } from '../kit/vault/transport.ts';
import { authenticate } from './auth.ts';
import type { OpenBaoSpec } from './schema.ts';

const defaultPath = 'kv';
const callsAtOnce = 8;

/** A client of one OpenBao with one identity. Logs in when it is first used. Throws what reading the credentials throws. */
export async function connectOpenBao(
  spec: OpenBaoSpec,
  scope: StoreScope,
  deps: ConnectDeps,
): Promise<SecretsClient> {
  const { credentials, now, retry } = deps;
  const [ca, authentication] = await Promise.all([
    readCa(spec, credentials),
    authenticate(spec.auth, { credentials, scope, server: spec.server, now }),
  ]);
  const http = createHttpClient({
    ...(ca === undefined ? {} : { ca }),
    ...(retry === undefined ? {} : { retry }),
  });
  const namespace = spec.namespace || undefined;
  const transport = createVaultTransport(spec.server, {}, http);
  const { api, session } = vaultConnection(
    transport,
    authentication,
    spec.auth?.namespace || namespace,
    deps,
  );
  const engine = { path: spec.path || defaultPath, version: spec.version ?? 'v2', keys: 'relative' } as const;
  const kv: Kv = { engine, api, namespace };
  return {
    async read(ref, signal) {
      const value = await documentOf(kv, ref, signal);
      if (value === undefined) throw new ProviderError('NotFound', { what: ref.key });
      return jsonSecret(value, { dots: 'exact-then-path', flatten: 'decoded', what: ref.key });
    },
    find: (query, signal) => findSecrets(kv, query, signal),
    async check(signal) {
      await checkMount(kv, session.kind === 'token', signal);
      return 'ready';
    },
    async close() {
      await session.close();
      http.close();
    },
  };
}

async function documentOf(
  kv: Kv,
  { key, version, metadata }: RemoteRef,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (metadata) return metadataDocument(await readMetadata(kv, key, signal));
  if (!version) return readSecret(kv, { key }, signal);
  if (kv.engine.version === 'v1')
    throw new ProviderError('Unsupported', { what: 'versions with version v1' });
  if (!/^\d{1,9}$/.test(version))
    throw new ProviderError('Rejected', { what: `${key} version ${version}, which is no number` });
  return readSecret(kv, { key, version }, signal);
}

/**
 * Secrets of one folder, not of those below it, called by their bare names: ESO's find. Otherwise than there they are also
 * read from that folder (decision 20).
 */
async function findSecrets(
  kv: Kv,
  { name, path = '', tags }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  if (tags !== undefined) throw new ProviderError('Unsupported', { what: 'dataFrom.find by tags' });
  const matches = name === undefined ? () => true : nameMatcher(name);
  const folder = path === '' ? '' : `${path.replace(/\/+$/, '')}/`;
  const entries = await listFolder(kv, folder, signal);
  if (entries === undefined) throw new ProviderError('NotFound', { what: folder || 'the whole engine' });
  const names = entries.filter((entry) => !entry.endsWith('/') && matches(entry)).sort();
  const values = await mapConcurrently(names, callsAtOnce, (entry) =>
    readSecret(kv, { key: `${folder}${entry}` }, signal),
  );
  // A secret that was listed and has no value is one whose newest version is deleted.
  return new Map(
    names.flatMap((entry, index) => {
      const value = values[index];
      return value === undefined ? [] : [[entry, value] as const];
    }),
  );
}

/** The engine has to be there, in the version that the store names (openbao.org/api-docs/system/internal-ui-mounts). */
async function checkMount(
  { engine, api, namespace }: Kv,
  isToken: boolean,
  signal: AbortSignal,
): Promise<void> {
  const what = `the engine at ${engine.path}`;
  const path = `sys/internal/ui/mounts/${engine.path}`;
  const answer = await api.get({ path, call: 'ReadMount', what, namespace, signal });
  const body = vaultBody(answer);
  if (answer.status === 403 && isToken && body !== undefined)
    throw new ProviderError('LoginFailed', { status: answer.status });
  if (answer.status !== 200) throw failure(answer, what);
  const mount = member(body, 'data');
  if (mount?.kind !== 'object') throw new ProviderError('Malformed', { status: answer.status });
  const version = stringOf(member(member(mount, 'options'), 'version')) ?? '1';
  if (stringOf(member(mount, 'type')) !== 'kv' || `v${version}` !== engine.version)
    throw new ProviderError('Misconfigured', {
      what: `${what} is no KV engine of version ${engine.version}`,
    });
}
