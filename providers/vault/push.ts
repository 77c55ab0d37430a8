import { ProviderError } from '../kit/errors.ts';
import { decodeUtf8, toByteText } from '../kit/json/byte-text.ts';
import { equalJson } from '../kit/json/equal.ts';
import { JsonError } from '../kit/json/json-error.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { objectNode, textNode } from '../kit/json/make.ts';
import { member } from '../kit/json/member.ts';
import { type JsonMember, type JsonNode, parseJson } from '../kit/json/tokenizer.ts';
import type { Push, SecretsClient } from '../kit/provider.ts';
import { pushedValue } from '../kit/push.ts';
import { type Kv, type ObjectNode, readSecret, readState } from '../kit/vault/kv.ts';
import { customName, isMarked, readCustom, withMark } from './ownership.ts';
import { deleteSecret, writeCustom, writeData } from './writes.ts';

/**
 * The writing half of the client (spec providers 3.5). Everything but a new mark is written against the version that was
 * read, so that nobody else's write is lost. Unlike ESO it keeps other custom metadata and compares by meaning (decision 19).
 */
export function vaultPushes(kv: Kv): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  const isV1 = kv.engine.version === 'v1';
  return {
    async push(push, signal) {
      const { remoteKey: key } = push;
      const { data, version } = await readState(kv, { key }, signal);
      const custom = isV1 ? member(data, customName) : await readCustom(kv, key, data !== undefined, signal);
      if (data !== undefined && !isMarked(custom)) throw new ProviderError('NotOwned', { what: key });
      const before = data === undefined ? [] : membersOf(data);
      const after = pushed(push, before);
      if (data !== undefined && equalJson(membersNode(before), membersNode(after))) return 'unchanged';
      if (isV1) {
        after.push({ name: customName, value: withMark(custom) });
      } else if (!isMarked(custom)) {
        await writeCustom(kv, key, withMark(custom), signal);
      }
      await writeData(kv, key, membersNode(after), version, signal);
      return 'written';
    },
    async delete({ remoteKey: key, property }, signal) {
      const { data, version } = await readState(kv, { key }, signal);
      if (data === undefined) return 'absent';
      const custom = isV1 ? member(data, customName) : await readCustom(kv, key, true, signal);
      if (!isMarked(custom)) return 'unmanaged';
      const before = membersOf(data);
      const rest = property ? before.filter(({ name }) => name !== property) : [];
      if (property && rest.length === before.length) return 'absent';
      if (rest.length === 0) {
        await deleteSecret(kv, key, signal);
        return 'deleted';
      }
      if (isV1) rest.push({ name: customName, value: withMark(custom) });
      await writeData(kv, key, membersNode(rest), version, signal);
      return 'property-deleted';
    },
    async exists({ remoteKey: key, property }, signal) {
      if (!property) return (await readState(kv, { key }, signal)).data !== undefined;
      const value = await readSecret(kv, { key }, signal);
      return value !== undefined && has(value, key, property);
    },
  };

  /** Without what version 1 keeps of the mark among the keys. */
  function membersOf({ members }: ObjectNode): JsonMember[] {
    return members.filter(({ name }) => !isV1 || name !== customName);
  }
}

/** The keys as they are to be. Throws `InvalidPush` for a whole value that has no keys; nothing of it is said. */
function pushed(push: Push, before: readonly JsonMember[]): JsonMember[] {
  const value = pushedValue(push);
  const { property } = push;
  if (property) {
    const text = textNode(decodeUtf8(toByteText(value)));
    return [...before.filter(({ name }) => name !== property), { name: property, value: text }];
  }
  try {
    const { root } = parseJson(value);
    if (root.kind === 'object') return [...root.members];
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  throw new ProviderError('InvalidPush', {
    what: `${push.secretKey ?? 'the Secret'} is not a JSON object, which Vault needs without a property`,
  });
}

/** By the rules of reading; a null is not there (spec providers 3.5). */
function has(value: Uint8Array, key: string, property: string): boolean {
  if (member(parseJson(value).root, property)?.kind === 'null') return false;
  try {
    jsonSecret(value, { dots: 'exact-then-path', flatten: 'decoded', what: key }).value(property);
    return true;
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'PropertyMissing') return false;
    throw error;
  }
}

function membersNode(members: readonly JsonMember[]): JsonNode {
  return objectNode(members.map(({ name, value }) => [name, value] as const));
}
