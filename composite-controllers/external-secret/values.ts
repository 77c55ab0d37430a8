import { ProviderError, type ProviderErrorCode } from '../../providers/kit/errors.ts';
import type { RemoteSecret, SecretMap } from '../../providers/kit/provider.ts';
import { type GeneratorFailure, generatorErrors } from '../generator/errors.ts';
import { decodeMap, refuseNullBytes } from '../lib/decode.ts';
import { ValueError } from '../lib/errors.ts';
import { keyTemplates } from '../lib/key-template.ts';
import { convertKeys, validateKeys } from '../lib/keys.ts';
import { rewriteKeys } from '../lib/rewrite.ts';
import type { SyncFailure } from './errors.ts';
import type { Entry, Plan } from './plan.ts';

/** What one read came to. */
export type ReadResult =
  | { readonly secret: RemoteSecret }
  | { readonly found: SecretMap }
  | { readonly generated: SecretMap }
  /** Left alone, since something else has failed. */
  | { readonly unmade: true }
  /** A generator that cannot be used. */
  | { readonly unusable: GeneratorFailure }
  | { readonly error: ProviderError };

/** What all entries of a spec come to. */
export type Values =
  | { readonly kind: 'data'; readonly data: SecretMap; readonly absent: readonly string[] }
  /** The backend itself stated for every entry that there is nothing (design rule 6). */
  | { readonly kind: 'absent'; readonly absent: readonly string[] }
  | { readonly kind: 'failed'; readonly failure: SyncFailure };

/**
 * The values of a plan, composed in order: later entries overwrite (spec core 1.7). An entry that the backend says
 * does not exist is left out, unless the deletionPolicy is Retain: then it is a failure, so that nothing is lost. `now` (ms)
 * is what templates of keys take for the time.
 */
export function composeValues(
  plan: Plan,
  results: ReadonlyMap<string, ReadResult>,
  deletionPolicy: 'Retain' | 'Delete' | 'Merge',
  now: number,
): Values {
  const data: SecretMap = new Map();
  const absent: string[] = [];
  for (const entry of plan.entries) {
    const result = results.get(entry.read);
    if (result !== undefined && 'unmade' in result) continue;
    if (result !== undefined && 'unusable' in result)
      return { kind: 'failed', failure: unusable(entry, result.unusable) };
    try {
      for (const [key, value] of valuesOf(entry, result, now)) data.set(key, value);
      // A complete listing in which nothing matched: with Retain that is no failure, and deletes nothing either.
      const isNothing = result !== undefined && 'found' in result && result.found.size === 0;
      if (isNothing && deletionPolicy !== 'Retain') absent.push(entry.where);
    } catch (error) {
      if (isAbsent(error) && entry.kind !== 'generator' && deletionPolicy !== 'Retain')
        absent.push(entry.where);
      else return { kind: 'failed', failure: failureOf(entry, error) };
    }
  }
  if ([...results.values()].some((result) => 'unmade' in result)) throw new Error('nothing had failed');
  // Entries that read nothing at all, such as a dataFrom with only a storeRef, say nothing about absence.
  const isAllAbsent = absent.length > 0 && absent.length === plan.entries.length;
  return isAllAbsent ? { kind: 'absent', absent } : { kind: 'data', data, absent };
}

function valuesOf(entry: Entry, result: ReadResult | undefined, now: number): SecretMap {
  if (result === undefined) throw new Error('no result for a planned read');
  if ('error' in result) throw result.error;
  if ('unusable' in result || 'unmade' in result) throw new Error('nothing was generated');
  const { decodingStrategy, nullBytePolicy } = entry.rules;
  const values = decodeMap(keyed(entry, result, now), decodingStrategy);
  refuseNullBytes(values, nullBytePolicy);
  return values;
}

type Answer = Exclude<
  ReadResult,
  { error: ProviderError } | { unusable: GeneratorFailure } | { unmade: true }
>;

/** The values under their keys in the Secret: converted, or rewritten instead (spec core 1.7). */
function keyed(entry: Entry, result: Answer, now: number): SecretMap {
  const { property, conversionStrategy } = entry.rules;
  if (entry.kind === 'value') {
    if (!('secret' in result)) throw new Error('a value needs a secret');
    return new Map([[entry.secretKey, result.secret.value(property || undefined)]]);
  }
  const map = mapOf(result, property || undefined);
  // Nothing converts the keys of a generator, as in ESO.
  const named =
    entry.rewrites.length > 0
      ? rewriteKeys(map, entry.rewrites, keyTemplates(now))
      : entry.kind === 'generator'
        ? map
        : convertKeys(map, conversionStrategy);
  return validateKeys(named);
}

function mapOf(result: Answer, property: string | undefined): SecretMap {
  if ('found' in result) return result.found;
  return 'generated' in result ? result.generated : result.secret.map(property);
}

function unusable({ where }: Entry, { code, detail }: GeneratorFailure): SyncFailure {
  const { message, advice } = generatorErrors[code];
  const what = detail === undefined ? message : `${message}: ${detail}`;
  return { code: 'GeneratorUnusable', detail: `error processing ${where}: ${what}`, advice, cause: code };
}

function isAbsent(error: unknown): boolean {
  return error instanceof ProviderError && error.retry === 'absent';
}

/** What to do about a generator, where it is not what to do about a store. */
const generatorAdvice: Partial<Record<ProviderErrorCode, string>> = {
  LoginFailed: "check the generator's auth section, what it names, and the rights of that identity",
  CredentialMissing:
    'create the Secret, ConfigMap or ServiceAccount (and key) that the generator names, in the namespace shown',
  CredentialForbidden:
    "refer to an object in the ExternalSecret's own namespace; give the Secret the label if it lacks one",
  Misconfigured: "correct the generator's spec",
  Denied: "grant the generator's identity the right in the backend",
  NotFound: 'create it in the backend, or correct what the generator names',
  StoreTemplateFailed: "correct the generator's template",
};

function failureOf(entry: Entry, error: unknown): SyncFailure {
  if (error instanceof ProviderError) {
    const { retryAfter } = error.details;
    const isGenerator = entry.kind === 'generator';
    return {
      code: isGenerator ? 'GenerateFailed' : 'FetchFailed',
      detail: `error processing ${entry.where}: ${isGenerator ? 'error using generator: ' : ''}${error.message}`,
      advice: (isGenerator ? generatorAdvice[error.code] : undefined) ?? error.advice,
      cause: error.code,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  }
  if (error instanceof ValueError) {
    return {
      code: 'ValueRejected',
      detail: `error processing ${entry.where}: ${error.message}`,
      advice: error.advice,
      cause: error.code,
    };
  }
  throw error;
}
