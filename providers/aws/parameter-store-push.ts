import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { ProviderError } from '../kit/errors.ts';
import { serializeStrings } from '../kit/json/serialize.ts';
import type { Push } from '../kit/provider.ts';
import { pushedValue } from '../kit/push.ts';
import { readPushMetadata } from '../kit/push-metadata.ts';
import type { AwsApi } from './api.ts';
import {
  defaultDescription,
  isMarked,
  parameterMetadata,
  type Tags,
  tagChanges,
  tagList,
  tagsOf,
  wantedTags,
} from './push-metadata.ts';
import type { ServiceWrites } from './service.ts';

type Api = AwsApi<SSMClient>;

/** Pushes to Parameter Store (spec providers 2.5): what is not tagged as ours is left alone. */
export function parameterPushes(api: Api, prefix: string): ServiceWrites {
  return {
    async push(push, signal) {
      const { remoteKey: what } = push;
      const Name = `${prefix}${what}`;
      const metadata = readPushMetadata(push.metadata, parameterMetadata) ?? {};
      const wanted = wantedTags(metadata.tags);
      const Value = textOf(push, metadata.encodeAsDecoded === true);
      const Type = metadata.secretType ?? 'String';
      const isAdvanced = metadata.tier?.type === 'Advanced';
      const input = {
        Name,
        Value,
        Type,
        Description: metadata.description || defaultDescription,
        ...(Type === 'SecureString' ? { KeyId: metadata.kmsKeyID || 'alias/aws/ssm' } : {}),
        ...(isAdvanced ? { Tier: 'Advanced' as const } : {}),
        ...(isAdvanced && metadata.tier?.policies !== undefined
          ? { Policies: JSON.stringify(metadata.tier.policies) }
          : {}),
      };
      const put = (more: { Overwrite: boolean; Tags?: { Key: string; Value: string }[] }) =>
        api.call(
          { operation: 'PutParameter', what, signal, conflicts: /^ParameterAlreadyExists$/ },
          (client, sent) => client.send(new PutParameterCommand({ ...input, ...more }), sent),
        );
      const present = await storedValue(api, Name, what, signal);
      if (present === undefined) {
        await put({ Overwrite: false, Tags: tagList(wanted) });
        return 'written';
      }
      const tags = await tagsOfParameter(api, Name, what, signal);
      if (!isMarked(tags)) throw new ProviderError('NotOwned', { what });
      const isSame = present === Value;
      if (!isSame) await put({ Overwrite: true });
      const isTagged =
        metadata.tags === undefined ? false : await syncTags(api, Name, tags, wanted, what, signal);
      return isSame && !isTagged ? 'unchanged' : 'written';
    },
    async delete({ remoteKey: what }, signal) {
      const Name = `${prefix}${what}`;
      if ((await storedValue(api, Name, what, signal)) === undefined) return 'absent';
      if (!isMarked(await tagsOfParameter(api, Name, what, signal))) return 'unmanaged';
      await api.call({ operation: 'DeleteParameter', what, signal }, (client, sent) =>
        client.send(new DeleteParameterCommand({ Name }), sent),
      );
      return 'deleted';
    },
    exists: async ({ remoteKey: what }, signal) =>
      (await storedValue(api, `${prefix}${what}`, what, signal)) !== undefined,
  };
}

/** A whole Secret has its values in base64 unless the metadata say otherwise, as in ESO. Throws `InvalidPush` for bytes that are no text. */
function textOf(push: Push, isDecoded: boolean): string {
  if (!push.secretKey && !isDecoded) {
    const encoded = [...push.source.data].map(
      ([key, bytes]) => [key, Buffer.from(bytes).toString('base64')] as const,
    );
    return serializeStrings(new Map(encoded), 'plain');
  }
  const bytes = pushedValue(push);
  const text = Buffer.from(bytes).toString();
  if (Buffer.compare(Buffer.from(text), bytes) === 0) return text;
  throw new ProviderError('InvalidPush', {
    what: `${push.secretKey} is no UTF-8 text, which a parameter needs`,
  });
}

/** docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html; undefined when AWS says that there is none. */
async function storedValue(
  api: Api,
  Name: string,
  what: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isAbsent = ({ name, named }: { name: string; named: boolean }) =>
    named && name === 'ParameterNotFound';
  try {
    const { Parameter } = await api.call(
      { operation: 'GetParameter', what, signal, isAbsent },
      (client, sent) => client.send(new GetParameterCommand({ Name, WithDecryption: true }), sent),
    );
    if (typeof Parameter?.Value !== 'string') throw new ProviderError('Malformed', { what });
    return Parameter.Value;
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'NotFound') return undefined;
    throw error;
  }
}

async function tagsOfParameter(
  api: Api,
  ResourceId: string,
  what: string,
  signal: AbortSignal,
): Promise<Tags> {
  const input = { ResourceType: 'Parameter', ResourceId } as const;
  const { TagList } = await api.call({ operation: 'ListTagsForResource', what, signal }, (client, sent) =>
    client.send(new ListTagsForResourceCommand(input), sent),
  );
  if (!Array.isArray(TagList)) throw new ProviderError('Malformed', { what });
  return tagsOf(TagList);
}

/** True when something had to change. Also where the value is the same, which ESO leaves out (decision 14). */
async function syncTags(
  api: Api,
  ResourceId: string,
  present: Tags,
  wanted: Tags,
  what: string,
  signal: AbortSignal,
): Promise<boolean> {
  const resource = { ResourceType: 'Parameter', ResourceId } as const;
  const { gone, isLacking } = tagChanges(present, wanted);
  if (gone.length > 0) {
    await api.call({ operation: 'RemoveTagsFromResource', what, signal }, (client, sent) =>
      client.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: gone }), sent),
    );
  }
  if (isLacking) {
    await api.call({ operation: 'AddTagsToResource', what, signal }, (client, sent) =>
      client.send(new AddTagsToResourceCommand({ ...resource, Tags: tagList(wanted) }), sent),
    );
  }
  return gone.length > 0 || isLacking;
}
