import { mapConcurrently } from '../concurrently.ts';
import { ProviderError } from '../errors.ts';
import { nameMatcher } from '../find.ts';
import { member } from '../json/member.ts';
import type { FindQuery, SecretMap } from '../provider.ts';
import { failure, saysNothingThere, vaultBody } from './errors.ts';
import { confirmMount, type Kv, readMetadata, readSecret } from './kv.ts';
import { kvPath } from './paths.ts';

const callsAtOnce = 8;

/**
 * All secrets below `find.path` by name or by metadata (spec providers 3.4): whole secrets, named relative to the mount
 * with the path in front, as ESO names them. Throws `NotFound` when Vault has nothing at the path.
 */
export async function findSecrets(kv: Kv, query: FindQuery, signal: AbortSignal): Promise<SecretMap> {
  if (query.tags !== undefined && kv.engine.version === 'v1') {
    throw new ProviderError('Unsupported', { what: 'find.tags with version v1 of the KV engine' });
  }
  if (!kv.engine.path && !query.path) {
    throw new ProviderError('Rejected', { what: 'find without a path, in a store without a path' });
  }
  const matches = query.name === undefined ? undefined : nameMatcher(query.name);
  const names = await listAll(kv, query.path === undefined ? '' : `${query.path}/`, signal);
  const candidates = matches === undefined ? names : names.filter(matches);
  const found = await mapConcurrently(candidates, callsAtOnce, async (name) => {
    if (matches === undefined && !(await hasTags(kv, name, query.tags ?? {}, signal))) return undefined;
    return readSecret(kv, { key: name }, signal);
  });
  // A secret that was listed and has no value is one whose newest version is deleted.
  return new Map(
    candidates.flatMap((name, index) => {
      const value = found[index];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

async function hasTags(
  kv: Kv,
  name: string,
  tags: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  const wanted = Object.entries(tags);
  if (wanted.length === 0) return true;
  const metadata = await readMetadata(kv, name, signal);
  return wanted.every(([tag, value]) => metadata.get(tag) === value);
}

/** Names of all secrets below a folder, sorted. */
async function listAll(kv: Kv, top: string, signal: AbortSignal): Promise<string[]> {
  const secrets: string[] = [];
  let folders = [top];
  while (folders.length > 0) {
    const below = await mapConcurrently(folders, callsAtOnce, async (folder) => {
      const entries = await listFolder(kv, folder, signal);
      if (entries === undefined && folder === top) throw new ProviderError('NotFound', { what: top });
      // A folder that emptied since it was listed holds nothing; that is no reason to call the whole absent, as ESO does.
      return (entries ?? []).map((entry) => `${folder}${entry}`);
    });
    const names = below.flat();
    secrets.push(...names.filter((name) => !name.endsWith('/')));
    folders = names.filter((name) => name.endsWith('/'));
  }
  return secrets.sort();
}

/**
 * The entries of one folder, or undefined when Vault has nothing there. Asks by GET with `list=true`, as Vault's own
 * client does, since proxies do not pass on the method LIST (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#list-secrets).
 */
export async function listFolder(kv: Kv, folder: string, signal: AbortSignal): Promise<string[] | undefined> {
  const { data, metadata } = kvPath(kv.engine, folder);
  const path = metadata ?? data;
  const what = folder === '' ? 'the whole engine' : folder;
  const answer = await kv.api.get({
    path,
    query: { list: 'true' },
    call: 'ListSecrets',
    what,
    namespace: kv.namespace,
    signal,
  });
  if (saysNothingThere(answer)) {
    await confirmMount(kv, path, what, signal);
    return undefined;
  }
  if (answer.status !== 200) throw failure(answer, what);
  const keys = member(member(vaultBody(answer), 'data'), 'keys');
  if (keys?.kind !== 'array') throw new ProviderError('Malformed', { status: answer.status });
  return keys.items.flatMap((item) => (item.kind === 'string' ? [item.text] : []));
}
