import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { convertFoundKeys } from '../kit/keys.ts';
import type { FindQuery, SecretMap } from '../kit/provider.ts';
import type { KubernetesApi } from './api.ts';
import { failure, objectOf, saysNotFound } from './errors.ts';
import { dataDocument, type KubernetesSecret, secretOf } from './secret.ts';

/** Where a store reads: one namespace of one API server. */
export interface SecretsApi {
  readonly api: KubernetesApi;
  readonly namespace: string;
}

/** A Secret holds up to 1 MiB, which base64 makes a third larger; its metadata come on top. */
const pageSize = 50;
const maxPageBytes = 96 * 1024 * 1024;
/** kubernetes.io/docs/concepts/overview/working-with-objects/names */
const secretName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** kubernetes.io/docs/concepts/overview/working-with-objects/labels: what is none of these could say more than equality. */
const labelKey = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** The Secret of that name. Throws `NotFound` when there is none, and what {@link lookForSecret} throws. */
export async function readSecret(
  at: SecretsApi,
  key: string,
  signal: AbortSignal,
): Promise<KubernetesSecret> {
  const object = await lookForSecret(at, key, signal);
  if (object === undefined) throw new ProviderError('NotFound', { what: key });
  return secretOf(object);
}

/**
 * The Secret as the API server has it, undefined when it says that there is none. Throws `Rejected` for what no Secret can
 * be called.
 */
export async function lookForSecret(
  at: SecretsApi,
  key: string,
  signal: AbortSignal,
): Promise<JsonNode | undefined> {
  if (!secretName.test(key)) throw new ProviderError('Rejected', { what: `${key} (no name of a Secret)` });
  const answer = await at.api({ path: secretsPath(at, key), call: 'GetSecret', what: key, signal });
  if (saysNotFound(answer, 'secrets', key)) {
    await confirmNamespace(at, signal);
    return undefined;
  }
  const object = objectOf(answer, 'Secret', key);
  if (secretOf(object).name !== key) throw new ProviderError('Malformed', { status: answer.status });
  return object;
}

/** Path of the Secrets of the namespace, or of one. */
export function secretsPath({ namespace }: SecretsApi, ...name: string[]): string[] {
  return ['api', 'v1', 'namespaces', namespace, 'secrets', ...name];
}

/** All Secrets with the labels, or without tags those whose names match, each as a JSON object (spec providers 8.2). */
export async function findSecrets(
  at: SecretsApi,
  { name, tags, conversionStrategy }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  if (name === undefined && tags === undefined) {
    throw new ProviderError('Unsupported', { what: 'find by anything but name or tags' });
  }
  const matches = tags !== undefined || name === undefined ? () => true : nameMatcher(name);
  const labelSelector = Object.entries(tags ?? {}).map(([label, value]) => equality(label, value));
  const found: SecretMap = new Map();
  let isEmpty = true;
  let page = '';
  do {
    const answer = await at.api({
      path: secretsPath(at),
      query: {
        limit: String(pageSize),
        ...(labelSelector.length === 0 ? {} : { labelSelector: labelSelector.join(',') }),
        ...(page === '' ? {} : { continue: page }),
      },
      call: 'ListSecrets',
      what: whatOf(at),
      maxBytes: maxPageBytes,
      signal,
    });
    const list = objectOf(answer, 'SecretList', whatOf(at));
    const items = member(list, 'items');
    for (const item of items?.kind === 'array' ? items.items : []) {
      isEmpty = false;
      const secret = secretOf(item);
      if (matches(secret.name)) found.set(secret.name, dataDocument(secret));
    }
    page = stringOf(member(member(list, 'metadata'), 'continue')) ?? '';
  } while (page !== '');
  if (isEmpty) await confirmNamespace(at, signal);
  return convertFoundKeys(found, conversionStrategy);
}

/**
 * Throws when the API server says that there is no such namespace: it answers a mistyped or deleted one as one without
 * Secrets, and deletionPolicy Delete must not act on that. Who may not get the namespace is bound to it by a Role, so it exists.
 */
async function confirmNamespace(at: SecretsApi, signal: AbortSignal): Promise<void> {
  const { api, namespace } = at;
  const path = ['api', 'v1', 'namespaces', namespace];
  const answer = await api({ path, call: 'GetNamespace', what: whatOf(at), signal });
  if (saysNotFound(answer, 'namespaces', namespace)) {
    throw new ProviderError('Misconfigured', { what: `there is no remoteNamespace ${namespace}` });
  }
  if (answer.status !== 200 && answer.status !== 403) throw failure(answer, whatOf(at));
}

function equality(label: string, value: string): string {
  if (!labelKey.test(label) || !labelValue.test(value)) {
    throw new ProviderError('Rejected', { what: 'find.tags (a tag that no label can be)' });
  }
  return `${label}=${value}`;
}

export const whatOf = ({ namespace }: SecretsApi) => `the Secrets of namespace ${namespace}`;
