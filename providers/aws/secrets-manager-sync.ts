import {
  DeleteResourcePolicyCommand,
  type DescribeSecretCommandOutput,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { ProviderError } from '../kit/errors.ts';
import { equalJson } from '../kit/json/equal.ts';
import { JsonError } from '../kit/json/json-error.ts';
import { parseJson } from '../kit/json/tokenizer.ts';
import type { PushOutcome } from '../kit/provider.ts';
import type { AwsApi } from './api.ts';
import { type Tags, tagChanges, tagList, tagsOf } from './push-metadata.ts';

/** What a secret is to have beside its value; what is not given is left alone (decision 11). */
export interface WantedOfSecret {
  readonly tags?: Tags;
  /** JSON of the resource policy; empty for none. */
  readonly policy?: string;
  readonly block?: boolean | undefined;
  readonly regions?: readonly string[];
}

type Described = Pick<DescribeSecretCommandOutput, 'ARN' | 'Tags' | 'ReplicationStatus' | 'KmsKeyId'>;

/** Brings tags, policy and replicas to what is wanted, by the calls that this takes (spec providers 2.4). */
export async function syncSecret(
  api: AwsApi<SecretsManagerClient>,
  secret: Described,
  { tags, policy, block, regions }: WantedOfSecret,
  what: string,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const SecretId = secret.ARN;
  let outcome: PushOutcome = 'unchanged';
  const change = async (
    operation: string,
    send: (client: SecretsManagerClient, options: { abortSignal: AbortSignal }) => Promise<unknown>,
  ) => {
    outcome = 'written';
    await api.call({ operation, what, signal }, send);
  };

  if (tags !== undefined) {
    const { gone, isLacking } = tagChanges(tagsOf(secret.Tags), tags);
    if (gone.length > 0) {
      await change('UntagResource', (client, sent) =>
        client.send(new UntagResourceCommand({ SecretId, TagKeys: gone }), sent),
      );
    }
    if (isLacking) {
      await change('TagResource', (client, sent) =>
        client.send(new TagResourceCommand({ SecretId, Tags: tagList(tags) }), sent),
      );
    }
  }
  if (policy !== undefined) {
    const { ResourcePolicy: present } = await api.call(
      { operation: 'GetResourcePolicy', what, signal },
      (client, sent) => client.send(new GetResourcePolicyCommand({ SecretId }), sent),
    );
    if (policy.trim() === '') {
      if (present) {
        await change('DeleteResourcePolicy', (client, sent) =>
          client.send(new DeleteResourcePolicyCommand({ SecretId }), sent),
        );
      }
    } else if (!samePolicy(policy, present)) {
      const input = {
        SecretId,
        ResourcePolicy: policy,
        ...(block === undefined ? {} : { BlockPublicPolicy: block }),
      };
      await change('PutResourcePolicy', (client, sent) =>
        client.send(new PutResourcePolicyCommand(input), sent),
      );
    }
  }
  if (regions !== undefined) {
    const present = (secret.ReplicationStatus ?? []).flatMap(({ Region }) => Region ?? []);
    const extra = present.filter((region) => !regions.includes(region));
    const lacking = regions.filter((region) => !present.includes(region));
    if (extra.length > 0) {
      await change('RemoveRegionsFromReplication', (client, sent) =>
        client.send(new RemoveRegionsFromReplicationCommand({ SecretId, RemoveReplicaRegions: extra }), sent),
      );
    }
    if (lacking.length > 0) {
      const KmsKeyId = secret.KmsKeyId || 'alias/aws/secretsmanager';
      const input = { SecretId, AddReplicaRegions: lacking.map((Region) => ({ Region, KmsKeyId })) };
      await change('ReplicateSecretToRegions', (client, sent) =>
        client.send(new ReplicateSecretToRegionsCommand(input), sent),
      );
    }
  }
  return outcome;
}

/** Policies are no secrets, but the same by meaning, not by spelling. Throws `InvalidPush` for one that is no JSON. */
function samePolicy(wanted: string, present: string | undefined): boolean {
  try {
    const { root } = parseJson(wanted);
    return present !== undefined && equalJson(root, parseJson(present).root);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ProviderError('InvalidPush', { what: 'the resource policy is no JSON' });
  }
}
