import {
  AwsFault,
  type FakeSecret,
  type May,
  type Operation,
  page,
  put,
  tagList,
  tagRecord,
} from './aws-model.ts';

interface Input {
  readonly Name: string;
  readonly Names?: readonly string[];
  readonly Path: string;
  readonly ResourceId: string;
  readonly ParameterFilters?: readonly { readonly Key: string; readonly Values: readonly string[] }[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
  readonly Value?: string;
  readonly Overwrite?: boolean;
  readonly Tags?: readonly { Key: string; Value: string }[];
  readonly TagKeys?: readonly string[];
}

/**
 * docs.aws.amazon.com/systems-manager/latest/APIReference/ API_GetParameter, API_GetParameters, API_GetParametersByPath,
 * API_DescribeParameters, API_ListTagsForResource, API_PutParameter, API_DeleteParameter, API_AddTagsToResource and
 * API_RemoveTagsFromResource.
 */
export function parameterOperations(parameters: Map<string, FakeSecret>): Record<string, Operation> {
  const read = (selector: string, may: (name: string) => boolean) => {
    const [name = '', version] = selector.split(':');
    if (!may(name)) throw new AwsFault('AccessDeniedException');
    const values = parameters.get(name)?.versions;
    if (values === undefined || parameters.get(name)?.deleted) throw new AwsFault('ParameterNotFound');
    const number = version === undefined ? values.length : Number(version);
    const value = values[number - 1];
    if (value === undefined) throw new AwsFault('ParameterVersionNotFound');
    const Selector = version === undefined ? {} : { Selector: `:${version}` };
    return { Name: name, Value: String(value[1]), Version: number, ...Selector };
  };
  const below = (name: string, path: string) => name.startsWith(`${path.replace(/\/$/, '')}/`);
  const there = () => [...parameters].filter(([, { deleted }]) => !deleted);
  const operations: Record<string, (input: Input, may: May) => object> = {
    GetParameter: ({ Name }, may) => ({ Parameter: read(Name, may) }),
    GetParameters({ Names = [] }, may) {
      const found: object[] = [];
      const invalid: string[] = [];
      for (const name of Names) {
        try {
          found.push(read(name, may));
        } catch (error) {
          // One name that may not be read denies the whole call.
          if ((error as Error).name === 'AccessDeniedException') throw error;
          invalid.push(name);
        }
      }
      return { Parameters: found, InvalidParameters: invalid };
    },
    GetParametersByPath({ Path, MaxResults = 10, NextToken }, may) {
      if (!may(Path)) throw new AwsFault('AccessDeniedException');
      const all = there().filter(([name]) => below(name, Path));
      const [items, next] = page(all, NextToken, MaxResults);
      return { Parameters: items.map(([name]) => read(name, () => true)), ...next };
    },
    DescribeParameters({ ParameterFilters = [], MaxResults = 50, NextToken }) {
      const all = there().filter(([name, { tags }]) =>
        ParameterFilters.every(({ Key, Values }) => {
          if (Key === 'Path') return Values.some((path) => below(name, path));
          return Values.includes(tags[Key.slice('tag:'.length)] ?? '');
        }),
      );
      const [items, next] = page(all, NextToken, MaxResults);
      return { Parameters: items.map(([Name]) => ({ Name })), ...next };
    },
    ListTagsForResource({ ResourceId }) {
      const parameter = parameters.get(ResourceId.split(':')[0] ?? '');
      if (parameter === undefined) throw new AwsFault('InvalidResourceId');
      return { TagList: tagList(parameter.tags) };
    },
    PutParameter({ Name, Value = '', Overwrite, Tags }, may) {
      if (!may(Name) || !may.write) throw new AwsFault('AccessDeniedException');
      const isThere = parameters.get(Name)?.deleted === false;
      if (isThere && !Overwrite) throw new AwsFault('ParameterAlreadyExists');
      put(parameters, Name, Value, Tags === undefined ? undefined : tagRecord(Tags));
      return { Version: parameters.get(Name)?.versions.length };
    },
    DeleteParameter({ Name }, may) {
      if (!may(Name) || !may.write) throw new AwsFault('AccessDeniedException');
      if (!parameters.delete(Name)) throw new AwsFault('ParameterNotFound');
      return {};
    },
    AddTagsToResource({ ResourceId, Tags }) {
      const parameter = parameters.get(ResourceId);
      if (parameter === undefined) throw new AwsFault('InvalidResourceId');
      parameter.tags = { ...parameter.tags, ...tagRecord(Tags) };
      return {};
    },
    RemoveTagsFromResource({ ResourceId, TagKeys = [] }) {
      const parameter = parameters.get(ResourceId);
      if (parameter === undefined) throw new AwsFault('InvalidResourceId');
      const kept = Object.entries(parameter.tags).filter(([key]) => !TagKeys.includes(key));
      parameter.tags = Object.fromEntries(kept);
      return {};
    },
  };
  return operations as unknown as Record<string, Operation>;
}
