import { AwsFault, type FakeSecret, type Operation, page, tagList } from './aws-model.ts';

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
}

/**
 * docs.aws.amazon.com/secretsmanager/latest/apireference/ API_GetSecretValue, API_BatchGetSecretValue, API_ListSecrets and
 * API_DescribeSecret. To list takes the grant `*`.
 */
export function secretOperations(secrets: ReadonlyMap<string, FakeSecret>): Record<string, Operation> {
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
  const operations: Record<string, (input: Input, may: (name: string) => boolean) => object> = {
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
      return { ARN: arnOf(name), Name: name, Tags: tagList(demand(name, may).tags) };
    },
  };
  return operations as unknown as Record<string, Operation>;
}
