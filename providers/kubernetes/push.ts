import { ProviderError } from '../kit/errors.ts';
import { serialize } from '../kit/json/serialize.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { Push, SecretMap, SecretsClient, StoreScope } from '../kit/provider.ts';
import { equalBytes, pushedValue } from '../kit/push.ts';
import { failure, objectOf } from './errors.ts';
import { planMarks } from './push-metadata.ts';
import { lookForSecret, type SecretsApi, secretsPath } from './reads.ts';
import { type KubernetesSecret, secretOf } from './secret.ts';
import { type SecretParts, withParts } from './secret-parts.ts';

type Writes = Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>>;

/**
 * The writing half of the client (spec providers 8.3). There is no mark of ownership, as in ESO: what is there is merged
 * into. Each write names the version that it was made from, so that nobody else's is lost.
 */
export function kubernetesPushes(store: SecretsApi, scope: StoreScope): Writes {
  return {
    async push(push, signal) {
      const marks = planMarks(push);
      const at = { ...store, namespace: namespaceOf(store, scope, marks.remoteNamespace) };
      const { remoteKey: name } = push;
      const object = await lookForSecret(at, name, signal);
      const present = object === undefined ? undefined : secretOf(object);
      const parts: SecretParts = {
        data: pushedData(push, present),
        labels: marks.labels(textsOf(present?.labels)),
        annotations: marks.annotations(textsOf(present?.annotations)),
        // A key that joins others leaves the type alone: no API server would let it change.
        type: (push.property ? present?.type : undefined) || push.source.type || 'Opaque',
      };
      if (present !== undefined && isSame(present, parts)) return 'unchanged';
      await write(at, name, object, parts, signal);
      return 'written';
    },
    async delete({ remoteKey: name, property }, signal) {
      const object = await lookForSecret(store, name, signal);
      if (object === undefined) return 'absent';
      const secret = secretOf(object);
      if (property && !secret.data.has(property)) return 'absent';
      if (!property || secret.data.size === 1) {
        await remove(store, secret, signal);
        return 'deleted';
      }
      const data = new Map(secret.data);
      data.delete(property);
      await write(store, name, object, { data }, signal);
      return 'property-deleted';
    },
    async exists({ remoteKey, property }, signal) {
      const object = await lookForSecret(store, remoteKey, signal);
      return object !== undefined && (!property || secretOf(object).data.has(property));
    },
  };
}

/** All keys that the Secret is to have. Throws `InvalidPush` for a single key without a name in it. */
function pushedData(push: Push, present: KubernetesSecret | undefined): SecretMap {
  if (!push.property) {
    if (push.secretKey) {
      throw new ProviderError('InvalidPush', { what: 'a secretKey without remoteRef.property' });
    }
    return push.source.data;
  }
  return new Map([...(present?.data ?? []), [push.property, pushedValue(push)]]);
}

function namespaceOf({ namespace }: SecretsApi, { kind }: StoreScope, other: string | undefined): string {
  if (other === undefined) return namespace;
  if (kind === 'ClusterSecretStore') return other;
  throw new ProviderError('InvalidPush', {
    what: 'metadata.spec.remoteNamespace, which only a ClusterSecretStore may use',
  });
}

/** kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1: create, replace */
async function write(
  at: SecretsApi,
  name: string,
  present: JsonNode | undefined,
  parts: Partial<SecretParts>,
  signal: AbortSignal,
): Promise<void> {
  const path = secretsPath(at, ...(present === undefined ? [] : [name]));
  const object = withParts(present, { ...parts, name });
  const answer = await at.api({
    method: present === undefined ? 'POST' : 'PUT',
    path,
    body: serialize(object, { names: 'document', html: 'plain', numbers: 'text' }),
    call: present === undefined ? 'CreateSecret' : 'UpdateSecret',
    what: name,
    signal,
  });
  objectOf(answer, 'Secret', name);
}

/** kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options: only the object that was looked at. */
async function remove(
  at: SecretsApi,
  { name, uid, version }: KubernetesSecret,
  signal: AbortSignal,
): Promise<void> {
  const answer = await at.api({
    method: 'DELETE',
    path: secretsPath(at, name),
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid, resourceVersion: version },
    }),
    call: 'DeleteSecret',
    what: name,
    signal,
  });
  if (answer.status !== 200 && answer.status !== 202) throw failure(answer, name);
}

function textsOf(map: SecretMap | undefined): ReadonlyMap<string, string> {
  return new Map([...(map ?? [])].map(([key, bytes]) => [key, Buffer.from(bytes).toString()]));
}

function isSame(present: KubernetesSecret, { data, labels, annotations, type }: SecretParts): boolean {
  const sameMaps = <T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>, same: (a: T, b: T) => boolean) =>
    a.size === b.size &&
    [...a].every(([key, value]) => {
      const other = b.get(key);
      return other !== undefined && same(value, other);
    });
  const equal = (a: string, b: string) => a === b;
  return (
    present.type === type &&
    sameMaps(present.data, data, equalBytes) &&
    sameMaps(textsOf(present.labels), labels, equal) &&
    sameMaps(textsOf(present.annotations), annotations, equal)
  );
}
