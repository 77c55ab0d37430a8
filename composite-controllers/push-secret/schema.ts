import type { Static } from 'typebox';
import { K } from '../../providers/kit/schema.ts';
import { generatorRef } from '../generator/schema.ts';
import { conditions } from '../lib/condition-schema.ts';
import { labelSelector } from '../lib/label-selector-schema.ts';
import { retry } from '../lib/retry-schedule.ts';
import { template } from '../secret-template/schema.ts';

/* Fields, defaults and rules of admission are those of spec core 3.2; the words of the rules are ESO's. */

const storeRef = (description: string) =>
  K.object(description, {
    name: K.optional(K.objectName('Name of the store.')),
    labelSelector: K.optional(labelSelector('Selects stores by their labels.')),
    kind: K.defaulted(K.enum('Kind of the store.', ['SecretStore', 'ClusterSecretStore']), 'SecretStore'),
  });

const conversionStrategy = K.defaulted(
  K.enum(
    'ReverseUnicode: _U0041_ in the keys of the Secret becomes the character again, before anything looks at them.',
    ['None', 'ReverseUnicode'],
  ),
  'None',
);

const metadata = K.optional(
  K.any("Metadata of the secret in the backend, of the provider's own kind: see its documentation."),
);

const pushed = K.object('One thing to push.', {
  match: K.object('What is pushed, and where to.', {
    secretKey: K.optional(K.string('Key of the Secret. Absent: the whole Secret, as a JSON object.')),
    remoteRef: K.object('Where it goes.', {
      remoteKey: K.string('Name of the secret in the backend.'),
      property: K.optional(K.string('Name of a value inside that secret.')),
    }),
  }),
  metadata,
  conversionStrategy,
});

const rewrite = K.list(
  'Makes the name in the backend of the key, one operation after the other.',
  K.object(
    'One operation.',
    {
      regexp: K.optional(
        K.object('Replaces what a regular expression matches.', {
          source: K.string('The regular expression (RE2).'),
          target: K.string('The replacement; $1 stands for the first group.'),
        }),
      ),
      transform: K.optional(
        K.object('Renders each key by a template.', {
          template: K.string('The template; .value is the key.'),
        }),
      ),
    },
    {
      rules: [
        {
          rule: 'has(self.regexp) != has(self.transform)',
          message: 'exactly one of regexp or transform must be set',
        },
      ],
    },
  ),
);

const dataTo = K.list(
  'Pushes many keys at once, without naming them.',
  K.object(
    'Keys that go to a store. What data says of a key wins.',
    {
      storeRef: K.optional(storeRef('The store; it has to be among secretStoreRefs.')),
      remoteKey: K.optional(
        K.string('One secret in the backend that holds all keys as a JSON object. Absent: one secret a key.'),
      ),
      match: K.optional(
        K.object('Which keys.', {
          regexp: K.optional(
            K.string('A regular expression (RE2) that is searched in the key. Absent: all keys.'),
          ),
        }),
      ),
      rewrite: K.optional(rewrite),
      metadata,
      conversionStrategy,
    },
    {
      rules: [
        {
          rule: 'has(self.storeRef) && (has(self.storeRef.name) || has(self.storeRef.labelSelector))',
          message: 'storeRef must specify either name or labelSelector',
        },
        {
          rule: '!has(self.remoteKey) || !has(self.rewrite) || self.rewrite.size() == 0',
          message: 'remoteKey and rewrite are mutually exclusive',
        },
      ],
    },
  ),
);

/** Schema of a PushSecret's `spec`. */
export const pushSecretSpec = K.object('What to push, and into which stores.', {
  refreshInterval: K.defaulted(
    K.duration('Time between two pushes, such as 30m. Zero or less: only what has changed is pushed.'),
    '1h0m0s',
  ),
  secretStoreRefs: K.list('The stores to push into.', storeRef('A store, or all that have certain labels.')),
  updatePolicy: K.defaulted(
    K.enum(
      'Replace: what is in the backend is overwritten. IfNotExists: it is left alone, whoever wrote it.',
      ['Replace', 'IfNotExists'],
    ),
    'Replace',
  ),
  deletionPolicy: K.defaulted(
    K.enum(
      'Delete: what was pushed is deleted in the backend with the PushSecret, the source Secret, or its entry. None: it stays.',
      ['Delete', 'None'],
    ),
    'None',
  ),
  selector: K.object(
    'Where the values come from: exactly one of the following.',
    {
      secret: K.optional(
        K.object('Secrets of the own namespace.', {
          name: K.optional(K.objectName('Name of the Secret.')),
          selector: K.optional(labelSelector('Selects Secrets by their labels.')),
        }),
      ),
      generatorRef: K.optional(generatorRef),
    },
    { minProperties: 1, maxProperties: 1 },
  ),
  data: K.optional(K.list('Keys to push, one by one.', pushed)),
  dataTo: K.optional(dataTo),
  template: K.optional(
    template(
      'A template whose result is pushed, over the data of the Secret; mergePolicy says nothing here.',
    ),
  ),
});

/** Schema of a PushSecret's `status`: ESO's fields, and what the hook needs to remember. */
export const pushSecretStatus = K.object('What was pushed last.', {
  refreshTime: K.optional(K.nullable(K.time('When everything was last pushed.'))),
  syncedResourceVersion: K.optional(
    K.string('Generation, and hash of the labels and annotations, that were pushed last.'),
  ),
  syncedPushSecrets: K.optional(
    K.map(
      'What this PushSecret has in the backends, by Kind/name of the store.',
      K.map('By the name in the backend, and the property behind a slash.', pushed),
    ),
  ),
  conditions: K.optional(conditions),
  observedGeneration: K.optional(
    K.int('Generation of the spec that this status is about.', { format: 'int64' }),
  ),
  inputs: K.optional(K.string('Hash of the versions of the Secrets and stores that were pushed last.')),
  renewTime: K.optional(K.time('When what was generated has to be made anew, before it ends.')),
  retry: K.optional(retry),
});

/** `spec` of a PushSecret as the API server serves it. */
export type PushSecretSpec = Static<typeof pushSecretSpec>;

/** `status` of a PushSecret. */
export type PushSecretStatus = Static<typeof pushSecretStatus>;

/** One thing to push, as `data` has it and as the status records it. */
export type PushedEntry = Static<typeof pushed>;

/** Reference to stores. */
export type StoreRef = PushSecretSpec['secretStoreRefs'][number];

/** What is in the backends, by store and by the place in it. */
export type SyncedPushSecrets = NonNullable<PushSecretStatus['syncedPushSecrets']>;
