import type { Static } from 'typebox';
import { ProviderError } from '../kit/errors.ts';
import type { Push, SecretsClient } from '../kit/provider.ts';
import { equalBytes, ownershipMark, pushedValue } from '../kit/push.ts';
import { readPushMetadata } from '../kit/push-metadata.ts';
import { K } from '../kit/schema.ts';
import type { VaultApi } from './api.ts';
import { type ObjectName, parseKey } from './names.ts';
import { readObject, type VaultObject } from './objects.ts';

/** The `spec` of a PushSecret's metadata (spec providers 5.5). */
const azureMetadata = K.object('What is said of the pushed object.', {
  expirationDate: K.optional(K.string('End of its life, in RFC 3339; secrets only.')),
  contentType: K.optional(K.string('Type of the content; secrets only. Absent keeps the one that is there.')),
  tags: K.optional(K.map('Tags beside the mark; they change with the value only.', K.string())),
});

type AzureMetadata = Static<typeof azureMetadata>;
type Write = (signal: AbortSignal) => Promise<unknown>;

/**
 * The writing half of the client (spec providers 5.5), by the older of ESO's two code paths: expiry dates count, keys are
 * compared, and what has no mark is never overwritten (decision 27). A property says nothing, as in ESO.
 */
export function azurePushes(api: VaultApi): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  const look = (object: ObjectName, key: string, signal: AbortSignal) =>
    absent(readObject(api, object, '', key, signal));
  return {
    async push(push, signal) {
      const object = parseKey(push.remoteKey);
      const metadata = readPushMetadata(push.metadata, azureMetadata) ?? {};
      if (metadata.tags !== undefined && Object.hasOwn(metadata.tags, ownershipMark.name))
        throw new ProviderError('InvalidPush', {
          what: `metadata.spec.tags.${ownershipMark.name} is reserved`,
        });
      const prepare = await writerOf(api, object, push, metadata);
      // It comes first for the SDK's sake, too: see createVaultApi.
      const current = await look(object, push.remoteKey, signal);
      if (current !== undefined && !isMarked(current))
        throw new ProviderError('NotOwned', { what: push.remoteKey });
      const write = prepare(current);
      if (write === 'nothing to do') return 'unchanged';
      await write(signal);
      return 'written';
    },
    async delete({ remoteKey }, signal) {
      const object = parseKey(remoteKey);
      const current = await look(object, remoteKey, signal);
      if (current === undefined) return 'absent';
      if (!isMarked(current)) return 'unmanaged';
      await remove(api, object, remoteKey, signal);
      return 'deleted';
    },
    async exists({ remoteKey }, signal) {
      return (await look(parseKey(remoteKey), remoteKey, signal)) !== undefined;
    },
  };
}

/** What is to be written over what is there. Throws `InvalidPush` for a value that the type cannot hold. */
async function writerOf(
  api: VaultApi,
  { type, name }: ObjectName,
  push: Push,
  metadata: AzureMetadata,
): Promise<(current: VaultObject | undefined) => Write | 'nothing to do'> {
  const what = push.remoteKey;
  const value = pushedValue(push);
  const tags = { ...metadata.tags, [ownershipMark.name]: ownershipMark.value };
  switch (type) {
    case 'secret':
      return secretWriter(api, name, what, value, tags, metadata);
    case 'cert': {
      const { certificateIn } = await import('./push-certificate.ts');
      const { raw } = certificateIn(value, what);
      const write: Write = (signal) =>
        api.call('cert', { operation: 'ImportCertificate', what, signal }, (client, options) =>
          client.importCertificate(name, value, { ...options, tags }),
        );
      return (current) => (current !== undefined && equalBytes(current.value, raw) ? 'nothing to do' : write);
    }
    case 'key': {
      const { isPublicPartOf, privateJwk } = await import('./push-key.ts');
      const jwk = privateJwk(value, what);
      const write: Write = (signal) =>
        api.call('key', { operation: 'ImportKey', what, signal }, (client, options) =>
          client.importKey(name, jwk, { ...options, tags }),
        );
      return (current) =>
        current !== undefined && isPublicPartOf(current.value, jwk) ? 'nothing to do' : write;
    }
  }
}

/** learn.microsoft.com/rest/api/keyvault/secrets/set-secret */
function secretWriter(
  api: VaultApi,
  name: string,
  what: string,
  bytes: Uint8Array,
  tags: Record<string, string>,
  { expirationDate, contentType }: AzureMetadata,
): (current: VaultObject | undefined) => Write | 'nothing to do' {
  const value = Buffer.from(bytes).toString();
  if (!equalBytes(Buffer.from(value), bytes))
    throw new ProviderError('InvalidPush', { what: `a value for ${what} that is not UTF-8 text` });
  const expiresOn = expirationDate ? momentOf(expirationDate) : undefined;
  return (current) => {
    const known = current?.properties;
    const isSame =
      current !== undefined &&
      equalBytes(current.value, bytes) &&
      known?.expiresOn?.getTime() === expiresOn?.getTime() &&
      (!contentType || known?.contentType === contentType);
    if (isSame) return 'nothing to do';
    const type = contentType || known?.contentType;
    const properties = {
      tags,
      ...(type ? { contentType: type } : {}),
      ...(expiresOn === undefined ? {} : { expiresOn }),
    };
    return (signal) =>
      api.call('secret', { operation: 'SetSecret', what, signal }, (client, options) =>
        client.setSecret(name, value, { ...options, ...properties }),
      );
  };
}

/** learn.microsoft.com/rest/api/keyvault/ secrets/delete-secret, keys/delete-key, certificates/delete-certificate: recoverable. */
async function remove(
  api: VaultApi,
  { type, name }: ObjectName,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  switch (type) {
    case 'secret':
      await api.call(type, { operation: 'DeleteSecret', what, signal }, (client, options) =>
        client.beginDeleteSecret(name, options),
      );
      return;
    case 'key':
      await api.call(type, { operation: 'DeleteKey', what, signal }, (client, options) =>
        client.beginDeleteKey(name, options),
      );
      return;
    case 'cert':
      await api.call(type, { operation: 'DeleteCertificate', what, signal }, (client, options) =>
        client.beginDeleteCertificate(name, options),
      );
  }
}

function isMarked({ properties }: VaultObject): boolean {
  return properties.tags?.[ownershipMark.name] === ownershipMark.value;
}

/** Key Vault keeps whole seconds. */
function momentOf(text: string): Date {
  const isFull = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text);
  const moment = isFull ? Math.floor(Date.parse(text) / 1000) * 1000 : Number.NaN;
  if (Number.isNaN(moment))
    throw new ProviderError('InvalidPush', {
      what: 'metadata.spec.expirationDate is no date such as 2030-01-01T00:00:00Z',
    });
  return new Date(moment);
}

/** What Key Vault says does not exist is undefined. */
async function absent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'NotFound') return undefined;
    throw error;
  }
}
