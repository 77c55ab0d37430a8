import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  type Parameter,
  type ParameterStringFilter,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { ProviderError } from '../kit/errors.ts';
import { nameMatcher } from '../kit/find.ts';
import { serializeStrings } from '../kit/json/serialize.ts';
import type { FindQuery, RemoteRef, SecretMap } from '../kit/provider.ts';
import { type AwsApi, type AwsCall, createAwsApi } from './api.ts';
import { type BatchReader, createBatchReader, type Wanted } from './batch-reader.ts';
import { parameterPushes } from './parameter-store-push.ts';
import { allPages, finding, neitherNameNorTags, type Service, type ServiceContext } from './service.ts';
import type { Keys } from './session.ts';

type Api = AwsApi<SSMClient>;

/** Limits of docs.aws.amazon.com/systems-manager/latest/APIReference: API_GetParameters, ...ByPath, API_DescribeParameters. */
const parametersPerBatch = 10;
const parametersPerPage = 10;
const namesPerPage = 50;

/** Systems Manager Parameter Store (spec providers 2.5). */
export function connectParameterStore(context: ServiceContext): Service {
  const { session, sdk, prefix, now, retry } = context;
  const client = (keys: Keys) => new SSMClient({ ...sdk, credentials: keys });
  const api: Api = createAwsApi(session, client, context, retry);
  const reader = createBatchReader({
    size: parametersPerBatch,
    one: (wanted, signal) => readParameter(api, wanted, signal),
    many: (ids, signal) => readParameters(api, ids, signal),
    now,
    retry,
  });
  return {
    async read({ key, version, metadata }: RemoteRef, signal) {
      const id = `${prefix}${key}${version ? `:${version}` : ''}`;
      return metadata === true
        ? readTags(api, { id, what: key }, signal)
        : reader.read({ id, what: key }, signal);
    },
    find: (query, signal) => findParameters(api, reader, query, signal),
    ...parameterPushes(api, prefix),
  };
}

/**
 * docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html. A version that does not exist is an
 * error of its own and, as in ESO, no absence.
 */
async function readParameter(api: Api, { id, what }: Wanted, signal: AbortSignal): Promise<Uint8Array> {
  const call: AwsCall = {
    operation: 'GetParameter',
    what,
    signal,
    isAbsent: ({ name, named }) => named && name === 'ParameterNotFound',
  };
  const { Parameter } = await api.call(call, (client, options) =>
    client.send(new GetParameterCommand({ Name: id, WithDecryption: true }), options),
  );
  if (typeof Parameter?.Value !== 'string') throw new ProviderError('Malformed', { what });
  return Buffer.from(Parameter.Value);
}

/** docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
async function readParameters(
  api: Api,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const call: AwsCall = { operation: 'GetParameters', what: 'a batch of parameters', signal };
  const { Parameters } = await api.call(call, (client, options) =>
    client.send(new GetParametersCommand({ Names: [...ids], WithDecryption: true }), options),
  );
  if (!Array.isArray(Parameters)) throw new ProviderError('Malformed', { what: call.what });
  return new Map(
    Parameters.flatMap(({ Name, ARN, Selector = '', Value }) => {
      if (typeof Value !== 'string') return [];
      const value = Buffer.from(Value);
      return [Name, ARN].flatMap((id) => (id === undefined ? [] : [[`${id}${Selector}`, value] as const]));
    }),
  );
}

/** The tags as a JSON object (docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListTagsForResource.html). */
async function readTags(api: Api, { id, what }: Wanted, signal: AbortSignal): Promise<Uint8Array> {
  const input = { ResourceType: 'Parameter', ResourceId: id } as const;
  const { TagList } = await api.call({ operation: 'ListTagsForResource', what, signal }, (client, options) =>
    client.send(new ListTagsForResourceCommand(input), options),
  );
  if (!Array.isArray(TagList)) throw new ProviderError('Malformed', { what });
  const tags = TagList.map(({ Key = '', Value = '' }) => [Key, Value] as const);
  return Buffer.from(serializeStrings(new Map(tags), 'escaped'));
}

/** Parameters by name or, without one, by tags; as in ESO tags beside a name are ignored. */
async function findParameters(
  api: Api,
  reader: BatchReader,
  { name, path, tags = {} }: FindQuery,
  signal: AbortSignal,
): Promise<SecretMap> {
  if (name === undefined) {
    if (Object.keys(tags).length === 0) throw neitherNameNorTags();
    const byTag = Object.entries(tags).map(([key, value]) => ({
      Key: `tag:${key}`,
      Option: 'Equals',
      Values: [value],
    }));
    const names = await describe(api, [...byTag, ...(path ? [below(path)] : [])], signal);
    return readNames(reader, names, signal);
  }
  const matches = nameMatcher(name);
  const top = path || '/';
  try {
    const parameters = await parametersByPath(api, top, signal);
    return new Map(parameters.filter((parameter) => matches(parameter[0])));
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'Denied') throw error;
  }
  // Some may read each parameter, but not by path.
  const names = await describe(api, [below(top)], signal);
  return readNames(reader, names.filter(matches), signal);
}

async function readNames(
  reader: BatchReader,
  names: readonly string[],
  signal: AbortSignal,
): Promise<SecretMap> {
  const values = await reader.readAll(
    names.map((name) => ({ id: name, what: name })),
    signal,
  );
  return new Map(
    names.flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html */
async function parametersByPath(
  api: Api,
  Path: string,
  signal: AbortSignal,
): Promise<(readonly [name: string, value: Uint8Array])[]> {
  const call: AwsCall = { operation: 'GetParametersByPath', what: finding, signal };
  const parameters = await allPages<Parameter>(finding, async (token) => {
    const page = { MaxResults: parametersPerPage, NextToken: token };
    const input = { Path, Recursive: true, WithDecryption: true, ...page };
    const { Parameters, NextToken } = await api.call(call, (client, options) =>
      client.send(new GetParametersByPathCommand(input), options),
    );
    return { items: Parameters, next: NextToken };
  });
  return parameters.map(({ Name, Value }) => {
    if (Name === undefined || typeof Value !== 'string')
      throw new ProviderError('Malformed', { what: finding });
    return [Name, Buffer.from(Value)];
  });
}

function below(path: string): ParameterStringFilter {
  return { Key: 'Path', Option: 'Recursive', Values: [path] };
}

/** Names of parameters (docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html). */
async function describe(
  api: Api,
  ParameterFilters: ParameterStringFilter[],
  signal: AbortSignal,
): Promise<string[]> {
  const call: AwsCall = { operation: 'DescribeParameters', what: finding, signal };
  const parameters = await allPages(finding, async (token) => {
    const input = { ParameterFilters, MaxResults: namesPerPage, NextToken: token };
    const { Parameters, NextToken } = await api.call(call, (client, options) =>
      client.send(new DescribeParametersCommand(input), options),
    );
    return { items: Parameters, next: NextToken };
  });
  return parameters.map(({ Name }) => {
    if (Name === undefined) throw new ProviderError('Malformed', { what: finding });
    return Name;
  });
}
