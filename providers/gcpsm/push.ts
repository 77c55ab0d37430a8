import { ProviderError } from '../kit/errors.ts';
import type { Push, PushOutcome, SecretsClient } from '../kit/provider.ts';
import { equalBytes, ownershipMark, pushedDocument, pushedValue } from '../kit/push.ts';
import { readPushMetadata } from '../kit/push-metadata.ts';
import type { GcpApi } from './api.ts';
import { parentOf, secretName } from './names.ts';
import { type GcpMetadata, gcpMetadata, labelsAndAnnotations, replicationOf } from './push-metadata.ts';
import {
  accessVersion,
  isUnusable,
  newestEnabled,
  payloadSecret,
  readSecret,
  type Source,
} from './secrets.ts';

/** cloud.google.com/secret-manager/quotas */
const maxPayload = 65_536;

/**
 * The writing half of the client (spec providers 4.5). What carries no mark is refused for a property, too, where ESO takes
 * it over (decision 23), and topics are set at creation only.
 */
export function gcpPushes(source: Source): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  return {
    push: (push, signal) => pushSecret(source, push, signal),
    async delete({ remoteKey: key }, signal) {
      const secret = await absent(readSecret(source, key, signal));
      if (secret === undefined) return 'absent';
      if (!isMarked(secret.labels)) return 'unmanaged';
      await deleteSecret(source, key, secret.etag ?? '', signal);
      return 'deleted';
    },
    async exists({ remoteKey: key }, signal) {
      try {
        return (await absent(accessVersion(source, key, 'latest', signal))) !== undefined;
      } catch (error) {
        if (isUnusable(error) && (await newestEnabled(source, key, signal)) !== undefined) return true;
        throw error;
      }
    },
  };
}

type Secret = Awaited<ReturnType<typeof readSecret>>;

async function pushSecret(source: Source, push: Push, signal: AbortSignal): Promise<PushOutcome> {
  const { remoteKey: key, property } = push;
  const metadata = readPushMetadata(push.metadata, gcpMetadata);
  if (property && metadata !== undefined)
    throw new ProviderError('InvalidPush', { what: 'metadata and a property at the same time' });
  const value = pushedValue(push);
  if (!property) demandPayload(value, key);

  const secret = await absent(readSecret(source, key, signal));
  if (secret !== undefined && !isMarked(secret.labels)) throw new ProviderError('NotOwned', { what: key });
  const current = secret && (await absent(accessVersion(source, key, 'latest', signal)));
  const document = pushedDocument(push, value, current);
  demandPayload(document, key);

  const isLabelled = secret !== undefined && (await updateLabels(source, key, secret, metadata, signal));
  if (current !== undefined && holds(current, push, value, document))
    return isLabelled ? 'written' : 'unchanged';
  if (secret === undefined) await createSecret(source, key, metadata, signal);
  await addVersion(source.api, secretName(source.place, key), key, document, signal);
  return 'written';
}

/** As ESO decides, by what reading the property gives; and a document that would be the same is no new version (spec providers 13.3). */
function holds(
  current: Uint8Array,
  { remoteKey, property }: Push,
  value: Uint8Array,
  document: Uint8Array,
): boolean {
  if (equalBytes(current, document)) return true;
  if (!property) return false;
  try {
    return equalBytes(payloadSecret(current, remoteKey).value(property), value);
  } catch {
    return false;
  }
}

/** cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create */
async function createSecret(
  { api, place }: Source,
  key: string,
  metadata: GcpMetadata | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { topics = [] } = metadata ?? {};
  const secret = {
    ...labelsAndAnnotations(metadata, {}),
    ...replicationOf(place, metadata),
    topics: topics.map((name) => ({ name })),
  };
  const request = { parent: parentOf(place), secretId: key, secret };
  await api.call({ operation: 'CreateSecret', what: key, signal }, (client, options) =>
    client.createSecret(request, options),
  );
}

/** cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/patch. Whether there was something to write. */
async function updateLabels(
  { api, place }: Source,
  key: string,
  { labels, annotations, etag }: Secret,
  metadata: GcpMetadata | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  // ESO clears the annotations of a secret whose push says nothing of them; here only a push that has metadata does.
  if (metadata === undefined) return false;
  const wanted = labelsAndAnnotations(metadata, labels ?? {});
  if (equalTexts(wanted.labels, labels ?? {}) && equalTexts(wanted.annotations, annotations ?? {}))
    return false;
  const request = {
    secret: { name: secretName(place, key), etag: etag ?? '', ...wanted },
    updateMask: { paths: ['labels', 'annotations'] },
  };
  await api.call({ operation: 'UpdateSecret', what: key, signal }, (client, options) =>
    client.updateSecret(request, options),
  );
  return true;
}

/** cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/addVersion */
async function addVersion(
  api: GcpApi,
  parent: string,
  key: string,
  data: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await api.call({ operation: 'AddSecretVersion', what: key, signal }, (client, options) =>
    client.addSecretVersion({ parent, payload: { data } }, options),
  );
}

/** cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/delete */
async function deleteSecret(
  { api, place }: Source,
  key: string,
  etag: string,
  signal: AbortSignal,
): Promise<void> {
  await api.call({ operation: 'DeleteSecret', what: key, signal }, (client, options) =>
    client.deleteSecret({ name: secretName(place, key), etag }, options),
  );
}

function isMarked(labels: Secret['labels']): boolean {
  return labels?.[ownershipMark.name] === ownershipMark.value;
}

function demandPayload({ byteLength }: Uint8Array, key: string): void {
  if (byteLength > 0 && byteLength <= maxPayload) return;
  const why = byteLength === 0 ? 'empty' : `larger than ${maxPayload} bytes`;
  throw new ProviderError('InvalidPush', { what: `a value for ${key} that is ${why}` });
}

function equalTexts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** What Google says does not exist is undefined. */
async function absent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'NotFound') return undefined;
    throw error;
  }
}
