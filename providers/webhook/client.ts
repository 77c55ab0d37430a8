import { readCa } from '../kit/ca.ts';
import { answers, makeCall } from '../kit/calls.ts';
import { mapConcurrently } from '../kit/concurrently.ts';
import { durationMs } from '../kit/duration.ts';
import { ProviderError } from '../kit/errors.ts';
import { createHttpClient } from '../kit/http.ts';
import type {
  ConnectDeps,
  RemoteRef,
  RemoteSecret,
  SecretMap,
  SecretsClient,
  StoreScope,
} from '../kit/provider.ts';
import { pushedValue } from '../kit/push.ts';
import { dial } from './dial.ts';
import { answerError } from './errors.ts';
import { type Asked, createAsk } from './requests.ts';
import { label, type WebhookSpec } from './schema.ts';
import { mapOfReply, type Reply, valueOfReply } from './values.ts';

const requestsAtOnce = 4;

/** What was asked for one property: an answer, or an error that concerns this property only. */
type Outcome =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly error: ProviderError };

/** A client of one endpoint. Throws what reading the store's Secrets throws. */
export async function connectWebhook(
  spec: WebhookSpec,
  scope: StoreScope,
  deps: ConnectDeps,
): Promise<SecretsClient> {
  const { credentials, templates } = deps;
  if (templates === undefined) throw new ProviderError('Unsupported', { what: 'templates in this place' });
  const secrets = new Map<string, SecretMap>();
  for (const { name, secretRef } of spec.secrets ?? [])
    secrets.set(name, await credentials.labelledSecret(secretRef, label.name, label.value));
  const ca = await readCa(spec, credentials);
  const http = createHttpClient(ca === undefined ? {} : { ca });
  const timeoutMs = spec.timeout === undefined ? 0 : durationMs(spec.timeout);
  const ask = createAsk({
    spec,
    secrets,
    templates,
    tenant: scope.namespace ?? '',
    http,
    timeoutMs: timeoutMs > 0 ? timeoutMs : undefined,
  });
  const counted = (name: string, asked: Asked, signal: AbortSignal) =>
    makeCall(
      deps,
      { name, signal },
      () => ask(asked, signal),
      ({ answer }) => answers(answer),
    );

  const readOne = async (ref: RemoteRef, property: string, signal: AbortSignal): Promise<Reply> => {
    const remoteRef = texts({
      key: ref.key,
      version: ref.version ?? '',
      property,
      namespace: scope.namespace ?? '',
    });
    const asked: Asked = {
      what: ref.key,
      remoteRef,
      method: spec.method || 'GET',
      body: { kind: 'template' },
    };
    const { answer, jsonPath } = await counted('HTTPGetSecret', asked, signal);
    if (answer.status < 200 || answer.status >= 300) throw answerError(answer, ref.key);
    return { bytes: answer.bytes, jsonPath, what: ref.key };
  };

  return {
    async read(ref, signal) {
      const properties = [...(ref.properties ?? [''])];
      const outcomes = await mapConcurrently(properties, requestsAtOnce, (property) =>
        outcomeOf(() => readOne(ref, property, signal)),
      );
      const [first] = outcomes;
      if (first?.kind === 'failed' && outcomes.every(({ kind }) => kind === 'failed')) throw first.error;
      return remoteSecret(ref.key, new Map(properties.map((property, index) => [property, outcomes[index]])));
    },
    async push(push, signal) {
      const { remoteKey, secretKey } = push;
      const value = pushedValue(push);
      const remoteRef = texts({ remoteKey, ...(secretKey ? { secretKey } : {}) }).set(remoteKey, value);
      const method = spec.method || 'POST';
      const asked: Asked = {
        what: remoteKey,
        remoteRef,
        method,
        body: { kind: 'template', otherwise: value },
      };
      const { answer } = await counted('HTTPPushSecret', asked, signal);
      if (answer.status >= 200 && answer.status < 300) return 'written';
      // That there is nothing at the address is no statement about the secret.
      if (answer.status === 404)
        throw new ProviderError('Rejected', { what: remoteKey, status: answer.status });
      throw answerError(answer, remoteKey);
    },
    async delete({ remoteKey }, signal) {
      const remoteRef = texts({ remoteKey });
      const asked: Asked = { what: remoteKey, remoteRef, method: 'DELETE', body: { kind: 'none' } };
      const { answer } = await counted('HTTPDeleteSecret', asked, signal);
      if (answer.status >= 200 && answer.status < 300) return 'deleted';
      const error = answerError(answer, remoteKey);
      if (error.code === 'NotFound') return 'absent';
      throw error;
    },
    async exists({ remoteKey }, signal) {
      const outcome = await outcomeOf(() => readOne({ key: remoteKey }, '', signal));
      if (outcome.kind === 'reply') return true;
      if (outcome.error.code === 'NotFound') return false;
      throw outcome.error;
    },
    check: (signal) => dial(spec.url, signal),
    close: async () => http.close(),
  };
}

/** Failures of the whole store reject. */
async function outcomeOf(read: () => Promise<Reply>): Promise<Outcome> {
  try {
    return { kind: 'reply', reply: await read() };
  } catch (error) {
    const isOfOne = error instanceof ProviderError && (error.retry === 'absent' || error.retry === 'user');
    if (!isOfOne) throw error;
    return { kind: 'failed', error };
  }
}

function remoteSecret(what: string, outcomes: ReadonlyMap<string, Outcome | undefined>): RemoteSecret {
  const replyFor = (property: string): Reply => {
    const outcome = outcomes.get(property);
    if (outcome?.kind === 'reply') return outcome.reply;
    throw outcome?.error ?? new ProviderError('PropertyMissing', { what, property });
  };
  const sizes = [...outcomes.values()].map((outcome) =>
    outcome?.kind === 'reply' ? outcome.reply.bytes.byteLength : 0,
  );
  return {
    size: sizes.reduce((sum, size) => sum + size, 0),
    value: (property = '') => valueOfReply(replyFor(property)),
    map: (property = '') => mapOfReply(replyFor(property)),
  };
}

function texts(entries: Readonly<Record<string, string>>): SecretMap {
  return new Map(Object.entries(entries).map(([name, text]) => [name, Buffer.from(text)]));
}
