import { ProviderError } from '../kit/errors.ts';
import { ownershipMark } from '../kit/push.ts';
import { K } from '../kit/schema.ts';

const tags = K.optional(K.map('Tags. Those that are there and not here go.', K.string()));
const description = K.optional(K.string('Description of what is new; it is not changed later.'));
const kmsKeyID = K.optional(K.string('Key of KMS that encrypts what is new.'));

/** Metadata of a push to Secrets Manager (spec providers 2.4). */
export const secretMetadata = K.object('Metadata of a PushSecret.', {
  tags,
  description,
  kmsKeyID,
  secretPushFormat: K.optional(K.enum('How the value is kept.', ['binary', 'string'])),
  resourcePolicy: K.optional(
    K.object('Policy of the secret. Without it the policy is left alone; an empty text removes it.', {
      blockPublicPolicy: K.optional(K.bool('Refuses a policy that lets everybody in.')),
      policySourceRef: K.object('Where its JSON is, in the namespace of the PushSecret.', {
        kind: K.enum('Kind of the object.', ['ConfigMap', 'Secret']),
        name: K.objectName('Name of the object.'),
        key: K.dataKey('Key in its data.'),
      }),
    }),
  ),
  replicationLocations: K.optional(K.list('Regions that hold replicas; none removes all.', K.string())),
});

/** Metadata of a push to Parameter Store (spec providers 2.5). */
export const parameterMetadata = K.object('Metadata of a PushSecret.', {
  tags,
  description,
  kmsKeyID,
  secretType: K.optional(K.enum('Type of the parameter.', ['String', 'StringList', 'SecureString'])),
  tier: K.optional(
    K.object('Tier of the parameter; only Advanced is sent.', {
      type: K.optional(K.enum('The tier.', ['Standard', 'Advanced', 'Intelligent-Tiering'])),
      policies: K.optional(
        K.list('Policies of an Advanced parameter, as AWS takes them.', K.any('One policy.')),
      ),
    }),
  ),
  encodeAsDecoded: K.optional(K.bool('Pushes the values of a whole Secret as they are, not in base64.')),
});

/** What both services say of a secret of theirs that has no description. */
export const defaultDescription = `secret '${ownershipMark.name}:${ownershipMark.value}'`;

export type Tags = ReadonlyMap<string, string>;

/** The tags that a push asks for, with our mark. Throws `InvalidPush` for one that stands for it. */
export function wantedTags(given: Readonly<Record<string, string>> = {}): Tags {
  if (Object.hasOwn(given, ownershipMark.name)) {
    throw new ProviderError('InvalidPush', {
      what: `metadata.spec.tags.${ownershipMark.name}, which marks ownership`,
    });
  }
  return new Map([...Object.entries(given), [ownershipMark.name, ownershipMark.value]]);
}

export function isMarked(tags: Tags): boolean {
  return tags.get(ownershipMark.name) === ownershipMark.value;
}

export function tagsOf(list: readonly { Key?: string | undefined; Value?: string | undefined }[] = []): Tags {
  return new Map(list.map(({ Key = '', Value = '' }) => [Key, Value]));
}

export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** What has to happen to tags: keys that go, and whether any that is wanted is missing or another. */
export function tagChanges(
  present: Tags,
  wanted: Tags,
): { readonly gone: string[]; readonly isLacking: boolean } {
  return {
    gone: [...present.keys()].filter((key) => !wanted.has(key) && !key.startsWith('aws:')),
    isLacking: [...wanted].some(([key, value]) => present.get(key) !== value),
  };
}
