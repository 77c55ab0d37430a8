import { K, type Rule } from '../../providers/kit/schema.ts';
import { generatorRef } from '../generator/schema.ts';

/** `spec.data` and `spec.dataFrom` of an ExternalSecret (spec core 1.1), and their rules of admission (1.2 no. 6, 7). */

const storeKinds = ['SecretStore', 'ClusterSecretStore'] as const;

/** Schema of a reference to a store. */
export const storeRef = (description: string) =>
  K.object(description, {
    name: K.optional(K.objectName('Name of the store.')),
    kind: K.optional(K.enum('Kind of the store. Absent means SecretStore.', storeKinds)),
  });

const sourceRef = K.object(
  'Where this entry reads from: another store, or a generator.',
  {
    storeRef: K.optional(storeRef('A store to read from instead of spec.secretStoreRef.')),
    generatorRef: K.optional(generatorRef),
  },
  { minProperties: 1, maxProperties: 1 },
);

/** No defaults here: a default would show as a difference in every GitOps tool (spec core 1.1). */
const strategies = {
  conversionStrategy: K.optional(
    K.enum('How characters that a Secret key may not hold are replaced. Absent means Default.', [
      'Default',
      'Unicode',
    ]),
  ),
  decodingStrategy: K.optional(
    K.enum('How values are decoded. Absent means None.', ['Auto', 'Base64', 'Base64URL', 'None']),
  ),
  nullBytePolicy: K.optional(
    K.enum('Whether a value with a null byte is an error. Absent means Ignore.', ['Ignore', 'Fail']),
  ),
} as const;

const remoteRef = (description: string) =>
  K.object(description, {
    key: K.string('Name of the secret in the backend.'),
    property: K.optional(K.string('Path of a value inside the secret.')),
    version: K.optional(K.string('Version of the secret. Absent means the latest.')),
    metadataPolicy: K.optional(
      K.enum("Fetch: reads the secret's metadata instead of its value. Absent means None.", [
        'None',
        'Fetch',
      ]),
    ),
    ...strategies,
  });

const find = K.object('All secrets that match become keys.', {
  path: K.optional(K.string('Where in the backend to look.')),
  name: K.optional(
    K.object('Selects by name.', {
      regexp: K.optional(K.string('A regular expression (RE2) that is searched in the name.')),
    }),
  ),
  tags: K.optional(K.map('Selects by tags, all of which must match.', K.string())),
  ...strategies,
});

const merge = K.object('Merges the values, which have to be JSON objects.', {
  into: K.defaulted(K.string('Key that receives the merged object; strategy JSON needs it.'), ''),
  priority: K.optional(K.list('Keys whose fields win; the last one is the strongest.', K.string())),
  priorityPolicy: K.defaulted(
    K.enum('Whether a priority key that is missing is an error.', ['IgnoreNotFound', 'Strict']),
    'Strict',
  ),
  conflictPolicy: K.defaulted(
    K.enum('Whether one field in two values is an error.', ['Ignore', 'Error']),
    'Error',
  ),
  strategy: K.defaulted(
    K.enum('Extract: the fields become keys. JSON: the merged object is stored under the key "into".', [
      'Extract',
      'JSON',
    ]),
    'Extract',
  ),
});

const rewrite = K.list(
  'Changes the keys, one operation after the other.',
  K.object(
    'One operation.',
    {
      merge: K.optional(merge),
      regexp: K.optional(
        K.object('Replaces what a regular expression matches in each key.', {
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
    { minProperties: 1, maxProperties: 1 },
  ),
);

/** Schema of `spec.data`. */
export const data = K.list(
  'Keys of the target, each read from one secret of the backend.',
  K.object('One key.', {
    secretKey: K.dataKey('Key of the target.'),
    remoteRef: remoteRef('What is read.'),
    sourceRef: K.optional(sourceRef),
  }),
);

const oneSource = 'extract, find, or generatorRef cannot be set at the same time';

/** Schema of `spec.dataFrom`. */
export const dataFrom = K.list(
  'Many keys at once. Later entries win, and data wins over all of them.',
  K.object(
    'One source of keys: extract, find, or a generator.',
    {
      extract: K.optional(remoteRef('One secret of the backend, whose fields become keys.')),
      find: K.optional(find),
      rewrite: K.optional(rewrite),
      sourceRef: K.optional(sourceRef),
    },
    {
      rules: [
        // Two rules: as one they would cost more than the API server allows for a list without a bound.
        { rule: '!has(self.extract) || !has(self.find)', message: oneSource },
        {
          rule: '!(has(self.extract) || has(self.find)) || !has(self.sourceRef) || !has(self.sourceRef.generatorRef)',
          message: oneSource,
        },
        {
          rule: 'has(self.extract) || has(self.find) || has(self.sourceRef)',
          message: 'either extract, find, or sourceRef must be set to dataFrom',
        },
      ],
    },
  ),
);

/** Entries of `data` among which {@link uniqueSecretKeys} looks. */
const compared = 64;
const indices = `[${Array.from({ length: compared }, (_, index) => index).join(', ')}]`;

/**
 * Rule 1.2 no. 7 on `spec`: no secretKey twice under deletionPolicy Retain. Each entry has to be compared with each, and
 * the API server admits no rule whose cost it cannot bound, but a bound on the list would reject what ESO accepts. So
 * the indices are written out, and entries beyond them are not looked at: there the later entry wins, as in ESO
 * without its webhook. 64 entries cost the API server some 40 ms a write, 10 entries less than one.
 */
export const uniqueSecretKeys: Rule = {
  rule: `!has(self.data) || self.target.deletionPolicy != 'Retain' || ${indices}.all(i, i >= self.data.size() || ${indices}.all(j, j <= i || j >= self.data.size() || self.data[i].secretKey != self.data[j].secretKey))`,
  message: 'duplicate secretKey found in data',
};
