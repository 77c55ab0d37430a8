import { ProviderError } from '../kit/errors.ts';
import { textNode, withMembers } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { ownershipMark } from '../kit/push.ts';
import { failure, saysNothingThere, vaultBody } from '../kit/vault/errors.ts';
import type { Kv } from '../kit/vault/kv.ts';
import { kvPath } from '../kit/vault/paths.ts';

/** Where the mark is: in the metadata of version 2, and as a key of version 1, which has none. */
export const customName = 'custom_metadata';

/**
 * The custom metadata of a version 2 secret, undefined when it has none. Where the secret `exists`, Vault has to show them:
 * throws what its answer comes to otherwise (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-metadata).
 */
export async function readCustom(
  kv: Kv,
  key: string,
  exists: boolean,
  signal: AbortSignal,
): Promise<JsonNode | undefined> {
  const path = kvPath(kv.engine, key).metadata ?? key;
  const answer = await kv.api.get({
    path,
    call: 'ReadSecretData',
    what: key,
    namespace: kv.namespace,
    signal,
  });
  if (!exists && saysNothingThere(answer)) return undefined;
  if (answer.status !== 200) throw failure(answer, key);
  const data = member(vaultBody(answer), 'data');
  if (data?.kind !== 'object') throw new ProviderError('Malformed', { status: answer.status });
  return member(data, customName);
}

export function isMarked(custom: JsonNode | undefined): boolean {
  return stringOf(member(custom, ownershipMark.name)) === ownershipMark.value;
}

/** The custom metadata with the mark; what else is there stays (ESO drops it). */
export function withMark(custom: JsonNode | undefined): JsonNode {
  return withMembers(custom, { [ownershipMark.name]: textNode(ownershipMark.value) });
}
