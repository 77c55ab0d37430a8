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

const arnStart = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:';
const arnOf = (name: string) => `${arnStart}${name}-AbCdEf`;
/** A name, or an ARN with or without its random end. */
const nameOf = (id: string) =>
  id.startsWith(arnStart) ? id.slice(arnStart.length).replace(/-AbCdEf$/, '') : id;

const gone = "You can't perform this operation on the secret because it was marked for deletion.";

interface Input {
  readonly SecretId: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly SecretIdList?: readonly string[];
  readonly Filters?: readonly { readonly Key: string; readonly Values: readonly string[] }[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
  readonly Name?: string;
  readonly Tags?: readonly { Key: string; Value: string }[];
  readonly TagKeys?: readonly string[];
  readonly SecretString?: string;
  readonly SecretBinary?: string;
  readonly ForceDeleteWithoutRecovery?: boolean;
}

function writable(name: string, may: May): string {
  if (!may(name) || !may.write) throw new AwsFault('AccessDeniedException');
  return name;
}

function contentOf({ SecretString, SecretBinary = '' }: Partial<Input>): string | Uint8Array {
  return SecretString ?? Buffer.from(SecretBinary, 'base64');
}

/**
 * docs.aws.amazon.com/secretsmanager/latest/apireference/ API_GetSecretValue, API_BatchGetSecretValue, API_ListSecrets,
 * API_DescribeSecret, API_CreateSecret, API_PutSecretValue, API_TagResource, API_UntagResource and API_DeleteSecret. To list takes the grant `*`.
 */
export function secretOperations(secrets: Map<string, FakeSecret>): Record<string, Operation> {
  const demand = (name: string, may: (name: string) => boolean): FakeSecret => {
    if (!may(name)) throw new AwsFault('AccessDeniedException');
    const secret = secrets.get(name);
    if (secret === undefined) throw new AwsFault('ResourceNotFoundException');
    if (secret.deleted) throw new AwsFault('InvalidRequestException', gone);
    return secret;
  };
  const read = ({ SecretId, VersionId, VersionStage }: Input, may: (name: string) => boolean) => {
    const name = nameOf(SecretId);
    const { versions } = demand(name, may);
    const stages = new Map([
      ['AWSPREVIOUS', versions.at(-2)],
      ['AWSCURRENT', versions.at(-1)],
    ]);
    const version =
      VersionId === undefined
        ? stages.get(VersionStage ?? 'AWSCURRENT')
        : versions.find(([id]) => id === VersionId);
    const value = version?.[1];
    if (version === undefined || value === undefined) throw new AwsFault('ResourceNotFoundException');
    const named = { ARN: arnOf(name), Name: name, VersionId: version[0] };
    return typeof value === 'string'
      ? { ...named, SecretString: value }
      : { ...named, SecretBinary: Buffer.from(value).toString('base64') };
  };
  const matches = (name: string, { tags }: FakeSecret, { Filters = [] }: Input) =>
    Filters.every(({ Key, Values }) => {
      const texts = {
        name: [name],
        'tag-key': Object.keys(tags),
        'tag-value': Object.values(tags),
      };
      return (texts[Key as keyof typeof texts] ?? []).some((text) =>
        Values.some((value) => text.startsWith(value)),
      );
    });
  const operations: Record<string, (input: Input, may: May) => object> = {
    GetSecretValue: read,
    BatchGetSecretValue({ SecretIdList = [] }, may) {
      const values: object[] = [];
      const errors: object[] = [];
      for (const SecretId of SecretIdList) {
        try {
          values.push(read({ SecretId }, may));
        } catch (error) {
          errors.push({ SecretId, ErrorCode: (error as Error).name, Message: (error as Error).message });
        }
      }
      return { SecretValues: values, Errors: errors };
    },
    ListSecrets(input, may) {
      if (!may('*')) throw new AwsFault('AccessDeniedException');
      const all = [...secrets].filter(([name, secret]) => !secret.deleted && matches(name, secret, input));
      const [items, next] = page(all, input.NextToken, input.MaxResults ?? 100);
      return { SecretList: items.map(([name]) => ({ ARN: arnOf(name), Name: name })), ...next };
    },
    DescribeSecret({ SecretId }, may) {
      const name = nameOf(SecretId);
      if (!may(name)) throw new AwsFault('AccessDeniedException');
      const secret = secrets.get(name);
      if (secret === undefined) throw new AwsFault('ResourceNotFoundException');
      const [current] = secret.versions.at(-1) ?? [];
      return {
        ARN: arnOf(name),
        Name: name,
        Tags: tagList(secret.tags),
        ...(current === undefined ? {} : { VersionIdsToStages: { [current]: ['AWSCURRENT'] } }),
        ...(secret.deleted ? { DeletedDate: 1_700_000_000 } : {}),
      };
    },
    CreateSecret({ Name = '', Tags, ...content }, may) {
      writable(Name, may);
      if (secrets.has(Name)) throw new AwsFault('ResourceExistsException');
      const VersionId = put(secrets, Name, contentOf(content), tagRecord(Tags));
      return { ARN: arnOf(Name), Name, VersionId };
    },
    PutSecretValue({ SecretId, ...content }, may) {
      const name = writable(nameOf(SecretId), may);
      demand(name, may);
      return { ARN: arnOf(name), Name: name, VersionId: put(secrets, name, contentOf(content)) };
    },
    TagResource({ SecretId, Tags }, may) {
      const secret = demand(writable(nameOf(SecretId), may), may);
      secret.tags = { ...secret.tags, ...tagRecord(Tags) };
      return {};
    },
    UntagResource({ SecretId, TagKeys = [] }, may) {
      const secret = demand(writable(nameOf(SecretId), may), may);
      secret.tags = Object.fromEntries(Object.entries(secret.tags).filter(([key]) => !TagKeys.includes(key)));
      return {};
    },
    DeleteSecret({ SecretId, ForceDeleteWithoutRecovery }, may) {
      const name = writable(nameOf(SecretId), may);
      const secret = demand(name, may);
      if (ForceDeleteWithoutRecovery) secrets.delete(name);
      else secret.deleted = true;
      return { ARN: arnOf(name), Name: name };
    },
  };
  return operations as unknown as Record<string, Operation>;
}
