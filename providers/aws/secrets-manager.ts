import {
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  type Filter,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { serializeStrings } from '../kit/json/serialize.ts';
import type { FindQuery, SecretMap } from '../kit/provider.ts';
import { type AwsApi, type AwsCall, createAwsApi } from './api.ts';
import { type BatchReader, createBatchReader, type Wanted } from './batch-reader.ts';
import type { AwsFailure } from './errors.ts';
import { secretPushes } from './secrets-manager-push.ts';
import { allPages, finding, neitherNameNorTags, type Service, type ServiceContext } from './service.ts';

type Api = AwsApi<SecretsManagerClient>;

/** Limits of docs.aws.amazon.com/secretsmanager/latest/apireference: API_ListSecrets, API_BatchGetSecretValue. */
const namesPerPage = 100;
const secretsPerBatch = 20;

/** Secrets Manager (spec providers 2.3). */
export function connectSecretsManager(context: ServiceContext): Service {
  const { session, sdk, prefix, now, retry } = context;
  const api: Api = createAwsApi(
    session,
    (keys) => new SecretsManagerClient({ ...sdk, credentials: keys }),
    context,
    retry,
  );
  const reader = createBatchReader({
    size: secretsPerBatch,
    one: (wanted, signal) => readValue(api, wanted, { VersionStage: 'AWSCURRENT' }, signal),
    many: (ids, signal) => readBatch(api, ids, signal),
    now,
    retry,
  });
  return {
    async read(ref, signal) {
      const wanted = { id: `${prefix}${ref.key}`, what: ref.key };
      if (ref.metadata === true) return readTags(api, wanted, signal);
      if (!ref.version) return reader.read(wanted, signal);
      return readValue(api, wanted, versionOf(ref.version), signal);
    },
    find: (query, signal) => findSecrets(api, reader, query, signal),
    ...secretPushes({
      api,
      prefix,
      deletion: context.deletion,
      readCurrent: (id, what, signal) => readValue(api, { id, what }, { VersionStage: 'AWSCURRENT' }, signal),
      // In the namespace of the PushSecret, which for a SecretStore is its own.
      readPolicy: async ({ kind: type, name, key }, namespace) =>
        Buffer.from(await context.credentials.ca({ type, name, key, namespace })).toString(),
    }),
  };
}

/** `uuid/<id>` is a version; everything else, be it a UUID or a number, is a stage. */
function versionOf(version: string): { VersionId?: string; VersionStage?: string } {
  return version.startsWith('uuid/')
    ? { VersionId: version.slice('uuid/'.length) }
    : { VersionStage: version };
}

/** docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
async function readValue(
  api: Api,
  { id, what }: Wanted,
  version: { VersionId?: string; VersionStage?: string },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const call: AwsCall = { operation: 'GetSecretValue', what, signal, isAbsent };
  const answer = await api.call(call, (client, options) =>
    client.send(new GetSecretValueCommand({ SecretId: id, ...version }), options),
  );
  const value = bytesOf(answer);
  if (value === undefined) throw new ProviderError('Malformed', { what });
  return value;
}

/** AWS's two ways of saying that there is nothing; the second is a deleted secret that could be restored. */
function isAbsent({ name, message, named }: AwsFailure): boolean {
  if (!named) return false;
  if (name === 'ResourceNotFoundException') return true;
  const refused = name === 'InvalidRequestException' || name === 'InvalidParameterException';
  return refused && /marked (for deletion|deleted)/.test(message);
}

function bytesOf(value: {
  SecretString?: string | undefined;
  SecretBinary?: Uint8Array | undefined;
}): Uint8Array | undefined {
  if (typeof value.SecretString === 'string') return Buffer.from(value.SecretString);
  return value.SecretBinary instanceof Uint8Array ? value.SecretBinary : undefined;
}

/** docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html */
async function readBatch(
  api: Api,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const call: AwsCall = { operation: 'BatchGetSecretValue', what: 'a batch of secrets', signal };
  const entries = await allPages(call.what, async (token) => {
    const input = { SecretIdList: [...ids], NextToken: token };
    const { SecretValues, NextToken } = await api.call(call, (client, options) =>
      client.send(new BatchGetSecretValueCommand(input), options),
    );
    return { items: SecretValues, next: NextToken };
  });
  return new Map(
    entries.flatMap((entry) => {
      const value = bytesOf(entry);
      if (value === undefined) return [];
      return [entry.Name, entry.ARN].flatMap((id) => (id === undefined ? [] : [[id, value] as const]));
    }),
  );
}

/** The tags as a JSON object. A secret that is missing here is an error, in ESO too: metadata deletes nothing. */
async function readTags(api: Api, { id, what }: Wanted, signal: AbortSignal): Promise<Uint8Array> {
  const answer = await api.call({ operation: 'DescribeSecret', what, signal }, (client, options) =>
    client.send(new DescribeSecretCommand({ SecretId: id }), options),
  );
  if (answer.ARN === undefined) throw new ProviderError('Malformed', { what });
  const tags = (answer.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value] as const);
  return Buffer.from(serializeStrings(new Map(tags), 'escaped'));
}

/**
 * Whole secrets by name and tags, below a path. ESO reads some of them in batches by filter, which leaves out what cannot
 * be read; here all are listed first, and each is read or is an error.
 */
async function findSecrets(
  api: Api,
  reader: BatchReader,
  { name, path, tags = {} }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  if (name === undefined && Object.keys(tags).length === 0) throw neitherNameNorTags();
  const matches = name === undefined ? () => true : nameMatcher(name);
  const listed = await list(api, filtersOf(path, tags), signal);
  const found = listed.filter((secret) => matches(secret.what));
  const values = await reader.readAll(found, signal);
  return new Map(
    found.flatMap(({ id, what }) => {
      const value = values.get(id);
      return value === undefined ? [] : [[what, value] as const];
    }),
  );
}

/**
 * All of them match prefixes, and a tag's key and value need not belong together (spec providers 2.3, decision 10): as in
 * ESO, so that the same secrets are found.
 */
function filtersOf(path: string | undefined, tags: Readonly<Record<string, string>>): Filter[] {
  return [
    ...(path ? [{ Key: 'name' as const, Values: [path] }] : []),
    ...Object.entries(tags).flatMap(([key, value]) => [
      { Key: 'tag-key' as const, Values: [key] },
      { Key: 'tag-value' as const, Values: [value] },
    ]),
  ];
}

/** docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
async function list(api: Api, Filters: Filter[], signal: AbortSignal): Promise<Wanted[]> {
  const call: AwsCall = { operation: 'ListSecrets', what: finding, signal };
  const secrets = await allPages(finding, async (token) => {
    const input = {
      MaxResults: namesPerPage,
      NextToken: token,
      ...(Filters.length === 0 ? {} : { Filters }),
    };
    const { SecretList, NextToken } = await api.call(call, (client, options) =>
      client.send(new ListSecretsCommand(input), options),
    );
    return { items: SecretList, next: NextToken };
  });
  return secrets.map(({ ARN, Name }) => {
    if (ARN === undefined || Name === undefined) throw new ProviderError('Malformed', { what: finding });
    return { id: ARN, what: Name };
  });
}
