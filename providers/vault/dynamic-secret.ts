import type { Static } from 'typebox';
import { durationMs } from '../kit/duration.ts';
import { ProviderError } from '../kit/errors.ts';
import { type GenerateDeps, type Generated, generator } from '../kit/generator.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { stringifyExact } from '../kit/json/exact.ts';
import { flattenDecoded } from '../kit/json/flatten.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { ConnectDeps } from '../kit/provider.ts';
import type { Retry } from '../kit/retry.ts';
import { K } from '../kit/schema.ts';
import type { VaultApi } from '../kit/vault/api.ts';
import { failure, saysNothingThere, vaultBody } from '../kit/vault/errors.ts';
import type { Lease } from '../kit/vault/session.ts';
import { vault } from './index.ts';
import { vaultSpec } from './schema.ts';

const spec = K.object('What is asked of which Vault.', {
  controller: K.optional(K.string('Class of the controller that looks after it. Absent: every one does.')),
  method: K.optional(
    K.string('GET (and absent) reads, LIST lists, DELETE deletes, and everything else writes.'),
  ),
  path: K.string('Path below /v1/.'),
  parameters: K.optional(K.any('What is written.')),
  getParameters: K.optional(K.map('Parameters of the query of a GET.', K.list('Values of one.', K.string()))),
  resultType: K.defaulted(
    K.enum('Which part of the answer is the result: its data, its auth, or the whole.', [
      'Data',
      'Auth',
      'Raw',
    ]),
    'Data',
  ),
  allowEmptyResponse: K.defaulted(K.bool('Takes an answer that holds nothing.'), false),
  provider: vaultSpec,
  retrySettings: K.optional(
    K.object(
      'How failed calls are repeated. What may have made a lease is repeated only when Vault says that it did nothing.',
      {
        maxRetries: K.optional(K.int('Number of repetitions.', { format: 'int32' })),
        retryInterval: K.optional(K.duration('Time between two attempts, such as 5s.')),
      },
    ),
  ),
});
type Spec = Static<typeof spec>;

/**
 * Whatever a path of Vault answers. Each generation is a login and a call of its own; the login's token is not taken back,
 * since with it would go every lease that it has made (developer.hashicorp.com/vault/docs/concepts/lease).
 */
export const vaultDynamicSecret = generator({
  kind: 'VaultDynamicSecret',
  description: 'Asks a path of Vault, such as one that makes credentials.',
  spec,
  problems: ({ provider, path }) => [
    ...vault
      .validate(provider, scope(''))
      // References are read in the consumer's namespace, whatever they say; a CA elsewhere is refused when it is read.
      .filter((problem) => !problem.path.endsWith('.namespace'))
      .map((problem) => ({ ...problem, path: `provider.${problem.path}` })),
    ...(path === '' ? [{ path: 'path', message: 'is empty' }] : []),
  ],
  generate: generateSecret,
});

async function generateSecret(spec: Spec, deps: GenerateDeps): Promise<Generated> {
  const madeAt = deps.now();
  const lives: number[] = [];
  const onLogin = ({ seconds }: Lease) => seconds > 0 && lives.push(seconds);
  // It brings the SDK.
  const { openVault } = await import('./open.ts');
  const withRetry: ConnectDeps = { ...deps, ...retryOf(spec) };
  const { api, http, namespace } = await openVault(spec.provider, scope(deps.namespace), withRetry, onLogin);
  try {
    const answer = await ask(spec, api, namespace, deps.signal);
    const result = resultOf(spec, answer);
    if (result === undefined) return { values: new Map() };
    // What a token has made ends with it.
    lives.push(...leasesOf(result));
    const until = lives.length === 0 ? undefined : madeAt + Math.min(...lives) * 1000;
    const values = flattenDecoded({ bytes: answer.bytes, root: partOf(spec, result) });
    return { values, ...(until === undefined || leasesOf(result).length === 0 ? {} : { until }) };
  } finally {
    http.close();
  }
}

function ask(
  { method = '', path, parameters, getParameters = {} }: Spec,
  api: VaultApi,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const shared = { path, what: path, namespace, signal };
  switch (method) {
    case '':
    case 'GET': {
      const query = Object.entries(getParameters).flatMap(([name, values]) =>
        values.map((value) => [name, value] as const),
      );
      return api.get({ ...shared, call: 'ReadDynamicSecret', ...(query.length === 0 ? {} : { query }) });
    }
    case 'LIST':
      return api.get({ ...shared, call: 'ListDynamicSecret', query: { list: 'true' } });
    case 'DELETE':
      return api.write({ ...shared, call: 'DeleteDynamicSecret', method: 'DELETE' });
    default:
      return api.write({
        ...shared,
        call: 'WriteDynamicSecret',
        method: 'POST',
        body: stringifyExact(parameters ?? {}),
      });
  }
}

/** The answer's JSON; undefined for an empty one that is allowed. */
function resultOf({ path, allowEmptyResponse }: Spec, answer: HttpAnswer): JsonNode | undefined {
  const isEmpty = answer.status === 204 || saysNothingThere(answer);
  if (isEmpty && allowEmptyResponse) return undefined;
  if (isEmpty) throw new ProviderError('NotFound', { what: path, status: answer.status });
  const body = vaultBody(answer);
  if (answer.status !== 200 || body === undefined) throw failure(answer, path);
  return body;
}

function partOf({ resultType, path }: Spec, body: JsonNode): JsonNode {
  const part = resultType === 'Raw' ? body : member(body, resultType === 'Auth' ? 'auth' : 'data');
  if (part?.kind === 'object' || (part?.kind === 'null' && resultType !== 'Auth')) return part;
  throw new ProviderError('PropertyMissing', {
    what: path,
    property: resultType === 'Auth' ? 'auth' : 'data',
  });
}

/** Seconds of the lease, or of the token, that came with the answer. */
function leasesOf(body: JsonNode): number[] {
  const ofLease = stringOf(member(body, 'lease_id')) ? [member(body, 'lease_duration')] : [];
  const ofToken = member(member(body, 'auth'), 'lease_duration');
  return [...ofLease, ofToken].flatMap((node) =>
    node?.kind === 'number' && Number(node.text) > 0 ? [Number(node.text)] : [],
  );
}

function retryOf({ retrySettings }: Spec): { retry?: Retry } {
  if (retrySettings === undefined) return {};
  const { maxRetries, retryInterval } = retrySettings;
  return {
    retry: {
      ...(maxRetries === undefined ? {} : { maxRetries }),
      ...(retryInterval === undefined ? {} : { intervalMs: durationMs(retryInterval) }),
    },
  };
}

function scope(namespace: string) {
  return { kind: 'SecretStore', name: 'generator', namespace } as const;
}
