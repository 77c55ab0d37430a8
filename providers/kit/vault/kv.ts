import { ProviderError } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { member } from '../json/member.ts';
import { serialize, serializeStrings } from '../json/serialize.ts';
import type { JsonNode } from '../json/tokenizer.ts';
import type { VaultApi } from './api.ts';
import { failure, saysNothingThere, vaultBody } from './errors.ts';
import { type KvEngine, kvPath } from './paths.ts';

/** A KV engine of a store, as its client reads it. */
export interface Kv {
  readonly engine: KvEngine;
  readonly api: VaultApi;
  readonly namespace: string | undefined;
}

export interface KvKey {
  readonly key: string;
  readonly version?: string;
}

const utf8 = new TextEncoder();

/** What the engine holds under a key. */
export interface KvState {
  /** The secret's object, undefined when Vault says that there is none. */
  readonly data: ObjectNode | undefined;
  /** Number of the newest version, deleted or not; 0 when there is none, and in version 1. */
  readonly version: number;
}

export type ObjectNode = Extract<JsonNode, { kind: 'object' }>;

/**
 * The whole secret as Go's encoder would write it, or undefined when Vault says that it does not exist.
 */
export async function readSecret(kv: Kv, ref: KvKey, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const { data } = await readState(kv, ref, signal);
  return data && utf8.encode(serialize(data, { names: 'sorted', html: 'escaped', numbers: 'text' }));
}

/** developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1#read-secret, .../kv-v2#read-secret-version */
export async function readState(kv: Kv, { key, version }: KvKey, signal: AbortSignal): Promise<KvState> {
  const path = kvPath(kv.engine, key).data;
  const query = version === undefined ? {} : { query: { version } };
  const answer = await kv.api.get({
    ...query,
    path,
    call: 'ReadSecretData',
    what: key,
    namespace: kv.namespace,
    signal,
  });
  const data = secretOf(kv.engine, answer, key);
  if (data === undefined && saysNothingThere(answer)) await confirmMount(kv, path, key, signal);
  const known = member(member(member(vaultBody(answer), 'data'), 'metadata'), 'version');
  const isCounted = kv.engine.version === 'v2' && known?.kind === 'number';
  return { data, version: isCounted ? Number(known.text) : 0 };
}

/** The metadata of a version 2 secret as ESO shows it: some of Vault's own, under the custom ones (spec providers 3.4). */
export async function readMetadata(
  kv: Kv,
  key: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const path = kvPath(kv.engine, key).metadata;
  if (path === undefined) {
    throw new ProviderError('Unsupported', { what: 'metadata with version v1 of the KV engine' });
  }
  const answer = await kv.api.get({
    path,
    call: 'ReadSecretData',
    what: key,
    namespace: kv.namespace,
    signal,
  });
  // Not `NotFound`: in ESO too, metadata that is missing deletes nothing.
  if (answer.status !== 200) throw failure(answer, key);
  const data = member(vaultBody(answer), 'data');
  if (data?.kind !== 'object') throw new ProviderError('Malformed', { status: answer.status });
  const custom = member(data, 'custom_metadata');
  const entries = [
    ...['created_time', 'current_version', 'delete_version_after'].map(
      (name) => [name, member(data, name)] as const,
    ),
    ...(custom?.kind === 'object' ? custom.members.map(({ name, value }) => [name, value] as const) : []),
  ];
  return new Map(
    entries.flatMap(([name, value]) =>
      value === undefined || value.kind === 'null' ? [] : [[name, textOf(value)] as const],
    ),
  );
}

/** The metadata as a JSON object of strings. */
export function metadataDocument(metadata: ReadonlyMap<string, string>): Uint8Array {
  return utf8.encode(serializeStrings(metadata, 'escaped'));
}

/**
 * Throws unless the path lies in a version 2 engine. A version 1 engine answers a version 2 path as it answers one that
 * does not exist, so without this a wrong `version` in a store would delete what deletionPolicy Delete covers. The call
 * needs no policy: Vault answers it to whoever may read something in the mount, which the read before it has shown.
 */
export async function confirmMount(kv: Kv, path: string, what: string, signal: AbortSignal): Promise<void> {
  if (kv.engine.version === 'v1') return;
  const answer = await kv.api.get({
    path: `sys/internal/ui/mounts/${path}`,
    call: 'ReadMount',
    what,
    namespace: kv.namespace,
    signal,
  });
  if (answer.status !== 200) throw failure(answer, what);
  const mount = member(vaultBody(answer), 'data');
  if (mount?.kind !== 'object') throw new ProviderError('Malformed', { status: answer.status });
  const version = member(member(mount, 'options'), 'version');
  if (version?.kind !== 'string' || version.text !== '2') throw new ProviderError('WrongMount', { what });
}

/** The secret's object, undefined when Vault has none. Throws for every answer that says neither. */
function secretOf(engine: KvEngine, answer: HttpAnswer, key: string): ObjectNode | undefined {
  if (saysNothingThere(answer)) return undefined;
  const data = member(vaultBody(answer), 'data');
  if (engine.version === 'v2') {
    const inner = member(data, 'data');
    // A deleted or destroyed version is a 404 whose body has the version's metadata.
    const isVersion = member(data, 'metadata')?.kind === 'object';
    if (isVersion && inner?.kind === 'null' && (answer.status === 404 || answer.status === 200))
      return undefined;
    if (answer.status !== 200) throw failure(answer, key);
    if (inner?.kind === 'object') return inner;
    if (data?.kind === 'object' && !isVersion) throw new ProviderError('WrongMount', { what: key });
  } else {
    if (answer.status !== 200) throw failure(answer, key);
    if (data?.kind === 'object') return data;
  }
  throw new ProviderError('Malformed', { status: answer.status });
}

function textOf(node: JsonNode): string {
  if (node.kind === 'string' || node.kind === 'number') return node.text;
  return serialize(node, { names: 'sorted', html: 'plain', numbers: 'text' });
}
