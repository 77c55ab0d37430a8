import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';
import { awsAuth } from './auth-schema.ts';

/** `spec.provider.aws` (spec providers 2.1); the rules are those that ESO's webhook applies to it. */

const secretsManager = K.object(
  'How PushSecret deletes from Secrets Manager.',
  {
    forceDeleteWithoutRecovery: K.optional(K.bool('Deletes at once, without a way back.')),
    recoveryWindowInDays: K.optional(
      K.int('Days in which a deleted secret can be restored: 7 to 30. Absent or 0 means 30.', {
        format: 'int64',
      }),
    ),
  },
  {
    rules: [
      {
        rule: '!has(self.recoveryWindowInDays) || self.recoveryWindowInDays == 0 || (self.recoveryWindowInDays >= 7 && self.recoveryWindowInDays <= 30)',
        message: 'recoveryWindowInDays must be 0 or between 7 and 30',
      },
      {
        rule: '!(has(self.forceDeleteWithoutRecovery) && self.forceDeleteWithoutRecovery && has(self.recoveryWindowInDays) && self.recoveryWindowInDays != 0)',
        message: 'forceDeleteWithoutRecovery and recoveryWindowInDays exclude each other',
      },
    ],
  },
);

/** Schema of `spec.provider.aws`. */
export const awsSpec = K.object(
  'Amazon Web Services: Secrets Manager or Systems Manager Parameter Store.',
  {
    service: K.enum('The service that holds the secrets.', [
      'SecretsManager',
      'ParameterStore',
      'CertificateManager',
    ]),
    region: K.string('Region of the service and of STS, such as eu-west-1.'),
    auth: K.optional(awsAuth),
    role: K.optional(K.string('ARN of a role that is assumed last, with externalID and session tags.')),
    additionalRoles: K.optional(
      K.list('ARNs of roles that are assumed before role, one after the other.', K.string()),
    ),
    externalID: K.optional(K.string('External id for assuming role.')),
    sessionTags: K.optional(
      K.list(
        'Session tags for assuming role. They are used with sessionTagsPolicy None.',
        K.object('One tag.', { key: K.string('Key of the tag.'), value: K.string('Value of the tag.') }),
      ),
    ),
    transitiveTagKeys: K.optional(
      K.list('Keys of session tags that later roles of the session keep.', K.string()),
    ),
    sessionTagsPolicy: K.defaulted(
      K.enum(
        'Where the session tags come from. None: sessionTags. Simple: esoNamespace, esoStoreName and esoStoreKind. Custom: those and customSessionTags.',
        ['None', 'Simple', 'Custom'],
      ),
      'None',
    ),
    customSessionTags: K.optional(
      K.map('Session tags beside the built-in ones, with sessionTagsPolicy Custom.', K.string()),
    ),
    secretsManager: K.optional(secretsManager),
    prefix: K.optional(
      K.string('Text before every remote key, as it is: without a separator. dataFrom.find does not use it.'),
    ),
  },
  {
    rules: [
      {
        rule: "!has(self.customSessionTags) || !('esoNamespace' in self.customSessionTags || 'esoStoreName' in self.customSessionTags || 'esoStoreKind' in self.customSessionTags)",
        message: 'customSessionTags may not contain esoNamespace, esoStoreName or esoStoreKind',
      },
    ],
  },
);

/** `spec.provider.aws` as the hook receives it. */
export type AwsSpec = Static<typeof awsSpec>;
