import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ProviderError } from '../kit/errors.ts';
import type { Push } from '../kit/provider.ts';
import { equalBytes, pushedDocument, pushedValue } from '../kit/push.ts';
import { readPushMetadata } from '../kit/push-metadata.ts';
import type { AwsApi } from './api.ts';
import {
  defaultDescription,
  isMarked,
  secretMetadata,
  tagList,
  tagsOf,
  wantedTags,
} from './push-metadata.ts';
import type { AwsSpec } from './schema.ts';
import { syncSecret } from './secrets-manager-sync.ts';
import type { ServiceWrites } from './service.ts';

export interface SecretPushOptions {
  readonly api: AwsApi<SecretsManagerClient>;
  readonly prefix: string;
  readonly deletion: NonNullable<AwsSpec['secretsManager']>;
  /** The value that is current; throws `NotFound` when there is none. */
  readonly readCurrent: (id: string, what: string, signal: AbortSignal) => Promise<Uint8Array>;
  /** Text of a policy. */
  readonly readPolicy: (ref: PolicyRef, namespace: string) => Promise<string>;
}

export interface PolicyRef {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key: string;
}

/** ESO's token of the first version, by which a repeated creation is the same one. */
const firstVersion = '00000000-0000-0000-0000-000000000001';

/** Pushes to Secrets Manager (spec providers 2.4): what is not tagged as ours is left alone. */
export function secretPushes(options: SecretPushOptions): ServiceWrites {
  const { api, prefix, deletion, readCurrent, readPolicy } = options;
  const describe = (what: string, signal: AbortSignal) =>
    describeSecret(api, `${prefix}${what}`, what, signal);

  return {
    async push(push, signal) {
      const { remoteKey: what, namespace } = push;
      const metadata = readPushMetadata(push.metadata, secretMetadata) ?? {};
      const tags = wantedTags(metadata.tags);
      const policyRef = metadata.resourcePolicy?.policySourceRef;
      const policy = policyRef && (await readPolicy(policyRef, namespace));
      const format = metadata.secretPushFormat ?? 'binary';
      const value = pushedValue(push);
      const secret = await describe(what, signal);
      if (secret === undefined) {
        const created = contentOf(pushedDocument(push, value), format, push);
        const KmsKeyId = metadata.kmsKeyID || 'alias/aws/secretsmanager';
        const input = {
          Name: `${prefix}${what}`,
          ClientRequestToken: firstVersion,
          ...created,
          Tags: tagList(tags),
          Description: metadata.description || defaultDescription,
          KmsKeyId,
          ...(metadata.replicationLocations?.length
            ? { AddReplicaRegions: metadata.replicationLocations.map((Region) => ({ Region, KmsKeyId })) }
            : {}),
        };
        const { ARN } = await api.call(
          { operation: 'CreateSecret', what, signal, ...raced },
          (client, sent) => client.send(new CreateSecretCommand(input), sent),
        );
        if (ARN === undefined) throw new ProviderError('Malformed', { what });
        if (policy) await syncSecret(api, { ARN }, { policy, block: blocks(metadata) }, what, signal);
        return 'written';
      }
      demandOurs(secret, what);
      const id = secret.ARN ?? `${prefix}${what}`;
      const hasVersion = Object.keys(secret.VersionIdsToStages ?? {}).length > 0;
      const current = hasVersion ? await readCurrent(id, what, signal) : undefined;
      const next = pushedDocument(push, value, current);
      const changed = await syncSecret(
        api,
        secret,
        {
          ...(metadata.tags !== undefined && Object.keys(metadata.tags).length > 0 ? { tags } : {}),
          ...(policy === undefined ? {} : { policy, block: blocks(metadata) }),
          ...(metadata.replicationLocations === undefined ? {} : { regions: metadata.replicationLocations }),
        },
        what,
        signal,
      );
      if (current !== undefined && equalBytes(current, next)) return changed;
      const ClientRequestToken = hasVersion ? randomUUID() : firstVersion;
      const input = { SecretId: id, ClientRequestToken, ...contentOf(next, format, push) };
      await api.call({ operation: 'PutSecretValue', what, signal }, (client, sent) =>
        client.send(new PutSecretValueCommand(input), sent),
      );
      return 'written';
    },
    async delete({ remoteKey: what }, signal) {
      const secret = await describe(what, signal);
      if (secret === undefined || secret.DeletedDate !== undefined) return 'absent';
      if (!isMarked(tagsOf(secret.Tags))) return 'unmanaged';
      const SecretId = secret.ARN;
      const regions = (secret.ReplicationStatus ?? []).flatMap(({ Region }) => Region ?? []);
      if (regions.length > 0) {
        const input = { SecretId, RemoveReplicaRegions: regions };
        await api.call({ operation: 'RemoveRegionsFromReplication', what, signal }, (client, sent) =>
          client.send(new RemoveRegionsFromReplicationCommand(input), sent),
        );
      }
      const { forceDeleteWithoutRecovery, recoveryWindowInDays } = deletion;
      const input = {
        SecretId,
        ...(forceDeleteWithoutRecovery ? { ForceDeleteWithoutRecovery: true } : {}),
        ...(recoveryWindowInDays ? { RecoveryWindowInDays: recoveryWindowInDays } : {}),
      };
      await api.call({ operation: 'DeleteSecret', what, signal }, (client, sent) =>
        client.send(new DeleteSecretCommand(input), sent),
      );
      return 'deleted';
    },
    async exists({ remoteKey: what }, signal) {
      try {
        await readCurrent(`${prefix}${what}`, what, signal);
        return true;
      } catch (error) {
        if (error instanceof ProviderError && error.code === 'NotFound') return false;
        throw error;
      }
    },
  };
}

/** Somebody else was faster; the next push finds theirs. */
const raced = { conflicts: /^ResourceExistsException$/ };

/** docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html; undefined when AWS says that there is none. */
async function describeSecret(
  api: AwsApi<SecretsManagerClient>,
  SecretId: string,
  what: string,
  signal: AbortSignal,
): Promise<DescribeSecretCommandOutput | undefined> {
  const isAbsent = ({ name, named }: { name: string; named: boolean }) =>
    named && name === 'ResourceNotFoundException';
  try {
    const secret = await api.call({ operation: 'DescribeSecret', what, signal, isAbsent }, (client, sent) =>
      client.send(new DescribeSecretCommand({ SecretId }), sent),
    );
    if (secret.ARN === undefined) throw new ProviderError('Malformed', { what });
    return secret;
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'NotFound') return undefined;
    throw error;
  }
}

function demandOurs(secret: DescribeSecretCommandOutput, what: string): void {
  if (secret.DeletedDate !== undefined) {
    throw new ProviderError('Rejected', { what: `${what} (it is scheduled for deletion)` });
  }
  if (!isMarked(tagsOf(secret.Tags))) throw new ProviderError('NotOwned', { what });
}

function blocks({
  resourcePolicy,
}: {
  resourcePolicy?: { blockPublicPolicy?: boolean };
}): boolean | undefined {
  return resourcePolicy?.blockPublicPolicy;
}

function contentOf(
  value: Uint8Array,
  format: 'binary' | 'string',
  { secretKey }: Push,
): { SecretBinary: Uint8Array } | { SecretString: string } {
  if (format === 'binary') return { SecretBinary: value };
  const text = Buffer.from(value).toString();
  if (!equalBytes(Buffer.from(text), value)) {
    throw new ProviderError('InvalidPush', {
      what: `${secretKey} is no UTF-8 text, so it cannot be a string`,
    });
  }
  return { SecretString: text };
}
