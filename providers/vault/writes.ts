import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { member } from '../kit/json/member.ts';
import { serialize } from '../kit/json/serialize.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { VaultWrite } from '../kit/vault/api.ts';
import { failure, vaultBody } from '../kit/vault/errors.ts';
import type { Kv } from '../kit/vault/kv.ts';
import { kvPath } from '../kit/vault/paths.ts';

const text = (node: JsonNode) => serialize(node, { names: 'document', html: 'plain', numbers: 'text' });

/**
 * Writes a secret; version 2 takes it only if `version` is still the newest one, whether or not the engine demands that
 * (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#create-update-secret, .../kv-v1#create-update-secret). Throws `Conflict`.
 */
export async function writeData(
  kv: Kv,
  key: string,
  data: JsonNode,
  version: number,
  signal: AbortSignal,
): Promise<void> {
  const path = kvPath(kv.engine, key).data;
  const body =
    kv.engine.version === 'v1' ? text(data) : `{"options":{"cas":${version}},"data":${text(data)}}`;
  await write(kv, { method: 'POST', path, body, call: 'WriteSecretData', what: key, signal });
}

/** developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#create-update-metadata */
export async function writeCustom(kv: Kv, key: string, custom: JsonNode, signal: AbortSignal): Promise<void> {
  const path = kvPath(kv.engine, key).metadata ?? key;
  const body = `{"custom_metadata":${text(custom)}}`;
  await write(kv, { method: 'POST', path, body, call: 'WriteSecretData', what: key, signal });
}

/**
 * Deletes a secret with all its versions
 * (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#delete-metadata-and-all-versions, .../kv-v1#delete-secret).
 */
export async function deleteSecret(kv: Kv, key: string, signal: AbortSignal): Promise<void> {
  const { data, metadata } = kvPath(kv.engine, key);
  for (const path of metadata === undefined ? [data] : [data, metadata])
    await write(kv, { method: 'DELETE', path, call: 'DeleteSecret', what: key, signal });
}

async function write({ api, namespace }: Kv, request: Omit<VaultWrite, 'namespace'>): Promise<void> {
  const answer = await api.write({ ...request, namespace });
  if (answer.status === 204 || (answer.status === 200 && vaultBody(answer) !== undefined)) return;
  if (isOutdated(answer)) throw new ProviderError('Conflict', { what: request.what, status: answer.status });
  throw failure(answer, request.what);
}

/** Vault's words for a version that is no longer the newest, the same from 1.14 on. */
function isOutdated(answer: HttpAnswer): boolean {
  const errors = answer.status === 400 ? member(vaultBody(answer), 'errors') : undefined;
  return (
    errors?.kind === 'array' &&
    errors.items.some((item) => item.kind === 'string' && item.text.startsWith('check-and-set parameter'))
  );
}
