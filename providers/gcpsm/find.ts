import { mapConcurrently } from '../kit/concurrently.ts';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import type { FindQuery, SecretMap } from '../kit/provider.ts';
import { demand } from './api.ts';
import { parentOf, shortName } from './names.ts';
import { readValue, type Source } from './secrets.ts';

const what = 'dataFrom.find';
const namesPerPage = 250;
const readsAtOnce = 16;

/** A secret as it was listed. */
interface Listed {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whole secrets by name or, without one, by labels (spec providers 4.4). ESO looks for labels outside the store's location
 * and fails for a secret without a version; here regional stores find their own, and what is gone when it is read is left out.
 * Names of secrets are legal keys of Secrets, so there is nothing to convert.
 */
export async function findSecrets(
  source: Source,
  { name, path = '', tags = {} }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  const labels = Object.entries(tags);
  if (name === undefined && labels.length === 0)
    throw new ProviderError('Unsupported', { what: 'find without name and tags' });
  const matches = name === undefined ? () => true : nameMatcher(name);
  const filter =
    name === undefined ? [...labels.flatMap(labelFilter), ...nameFilter(path)] : nameFilter(path);
  const isWanted = (secret: Listed) =>
    name === undefined
      ? labels.every(([key, value]) => secret.labels[key] === value) && secret.key.includes(path)
      : secret.key.startsWith(path) && matches(secret.key);

  const wanted = (await list(source, filter.join(' '), signal)).filter(isWanted);
  const values = await mapConcurrently(wanted, readsAtOnce, ({ key }) =>
    readValue(source, { key }, signal).catch(ignoreAbsence),
  );
  return new Map(
    wanted.flatMap(({ key }, index) => {
      const value = values[index];
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

/** cloud.google.com/secret-manager/docs/filtering. What is no plain name is left to our own comparison. */
function nameFilter(path: string): string[] {
  return /^[A-Za-z0-9_-]+$/.test(path) ? [`name:${path}`] : [];
}

/** An empty value is left to our own comparison. Throws `Rejected` for what no label can be: it could say something else to Google. */
function labelFilter([key, value]: [string, string]): string[] {
  const isLabel = /^[\p{L}\p{N}_-]+$/u.test(key) && /^[\p{L}\p{N}_-]*$/u.test(value);
  if (!isLabel) throw new ProviderError('Rejected', { what: 'find.tags' });
  return value === '' ? [] : [`labels.${key}=${value}`];
}

/** cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/list */
async function list({ api, place }: Source, filter: string, signal: AbortSignal): Promise<Listed[]> {
  const parent = parentOf(place);
  const all: Listed[] = [];
  let pageToken = '';
  do {
    const request = { parent, filter, pageToken, pageSize: namesPerPage };
    const page = await api
      .call({ operation: 'ListSecrets', what, signal }, (client, options) =>
        client.listSecrets(request, options).then(([, , answer]) => [answer]),
      )
      .catch(notAbsent);
    for (const { name, labels } of demand(page.secrets, what)) {
      all.push({ key: demand(shortName(name ?? ''), what), labels: labels ?? {} });
    }
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return all;
}

/** A project that does not exist says nothing about its secrets. */
function notAbsent(error: ProviderError): never {
  throw error.code === 'NotFound' ? new ProviderError('Rejected', error.details) : error;
}

/** A secret that was listed and has no value, or is gone, when it is read. */
function ignoreAbsence(error: unknown): undefined {
  if (error instanceof ProviderError && error.code === 'NotFound') return undefined;
  throw error;
}
