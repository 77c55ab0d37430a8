import { bytePushes, textToPush } from '../kit/document-pushes.ts';
import { ProviderError } from '../kit/errors.ts';
import type { SecretsClient } from '../kit/provider.ts';
import { pushedDocument, pushedValue } from '../kit/push.ts';
import { readPushMetadata } from '../kit/push-metadata.ts';
import { K } from '../kit/schema.ts';
import { type BitwardenApi, type BitwardenSecret, isId } from './api.ts';

const pushMetadata = K.object('Metadata of a PushSecret.', {
  note: K.optional(K.string('Note of the secret.')),
});

const utf8 = new TextEncoder();

/**
 * The writing half of the client. The note is what tells a secret of the same name that is somebody else's: ESO makes a second
 * one beside it, after which neither can be read by name; here the push is refused.
 */
export function bitwardenPushes(
  api: BitwardenApi,
  look: (key: string, signal: AbortSignal) => Promise<BitwardenSecret | undefined>,
): Required<Pick<SecretsClient, 'push' | 'delete' | 'exists'>> {
  const { delete: remove, exists } = bytePushes({
    async look(key, signal) {
      const secret = await look(key, signal);
      return secret && utf8.encode(secret.value);
    },
    async write(key, bytes, signal) {
      const secret = await look(key, signal);
      if (secret === undefined) throw new ProviderError('Conflict', { what: key });
      await api.update({ ...changed(secret), value: textToPush(bytes, key) }, { what: key, signal });
    },
    async remove(key, signal) {
      const secret = await look(key, signal);
      if (secret !== undefined) await api.remove(secret.id, { what: key, signal });
    },
  });
  return {
    async push(push, signal) {
      const { remoteKey: key } = push;
      const asking = { what: key, signal };
      const note = noteOf(push.metadata);
      const secret = await look(key, signal);
      const document = pushedDocument(push, pushedValue(push), secret && utf8.encode(secret.value));
      const value = textToPush(document, key);
      if (secret === undefined) {
        if (isId(key)) throw new ProviderError('InvalidPush', { what: `${key}: no secret has this id` });
        await api.create({ key, value, note }, asking);
        return 'written';
      }
      if (secret.note !== note) throw new ProviderError('NotOwned', { what: key });
      if (secret.value === value) return 'unchanged';
      await api.update({ ...changed(secret), value }, asking);
      return 'written';
    },
    delete: remove,
    exists,
  };
}

const changed = ({ id, key, note }: BitwardenSecret) => ({ id, key, note });

/** ESO takes the note without its usual envelope; both are taken here. */
function noteOf(metadata: unknown): string {
  const isEnveloped = typeof metadata === 'object' && metadata !== null && 'apiVersion' in metadata;
  const spec = isEnveloped || !metadata ? metadata : { ...envelope, spec: metadata };
  return readPushMetadata(spec, pushMetadata)?.note ?? '';
}

const envelope = { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata' };
