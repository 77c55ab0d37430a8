import { K } from '../../providers/kit/schema.ts';

/** Rules of admission of a target (spec core 1.2 no. 1, 2, 4, 5); the words are ESO's. */

const metadata = K.object(
  'Labels and annotations of the target. Without a template those of the ExternalSecret are copied.',
  {
    labels: K.optional(K.map('Labels; the values may be templates.', K.string())),
    annotations: K.optional(K.map('Annotations; the values may be templates.', K.string())),
    finalizers: K.optional(K.list('Finalizers of the target.', K.string())),
  },
);

const items = K.list(
  'Keys that are read.',
  K.object('One key.', {
    key: K.dataKey('Key in the data of the object.'),
    templateAs: K.defaulted(
      K.enum(
        'Values: the text is a template of the value, stored under the key. KeysAndValues: the rendered text is a YAML map of keys and values.',
        ['Values', 'KeysAndValues'],
      ),
      'Values',
    ),
  }),
);

const source = (kind: string) =>
  K.object(`A ${kind} in the namespace of the ExternalSecret that holds templates.`, {
    name: K.objectName(`Name of the ${kind}.`),
    items,
  });

const templateFrom = K.list(
  'Templates that come from elsewhere, in this order.',
  K.object('One source of templates.', {
    configMap: K.optional(source('ConfigMap')),
    secret: K.optional(source('Secret')),
    literal: K.optional(K.string('A template whose rendered text is a YAML map of keys and values.')),
    target: K.defaulted(
      K.string(
        'Where the result goes: Data, Labels or Annotations, in any case of letters. A manifest target may name a path such as spec.config.',
        { maxLength: 1024 },
      ),
      'Data',
    ),
    valuesDecodingStrategy: K.optional(
      K.enum('How rendered values are decoded before they are stored. Absent means None.', [
        'Auto',
        'Base64',
        'Base64URL',
        'None',
      ]),
    ),
  }),
  // The bound only lets the API server estimate what the rules below cost.
  { maxItems: 1024 },
);

const template = K.object(
  'A template of the target. Without it the target holds what the backend answered.',
  {
    engineVersion: K.defaulted(K.enum('Version of the template engine.', ['v2']), 'v2'),
    type: K.optional(K.string('Type of the Secret, such as kubernetes.io/tls. Absent means Opaque.')),
    mergePolicy: K.defaulted(
      K.enum("Replace: the target holds the template's keys only. Merge: also what the backend answered.", [
        'Replace',
        'Merge',
      ]),
      'Replace',
    ),
    metadata: K.optional(metadata),
    data: K.optional(K.map('A template for each key of the target.', K.string())),
    templateFrom: K.optional(templateFrom),
  },
  {
    rules: [
      {
        rule: "!(has(self.type) && self.type == 'kubernetes.io/service-account-token' && has(self.metadata) && has(self.metadata.annotations) && 'kubernetes.io/service-account.name' in self.metadata.annotations)",
        message:
          'template.type="kubernetes.io/service-account-token" with annotation "kubernetes.io/service-account.name" is not allowed',
      },
      {
        rule: "!(has(self.type) && self.type == 'kubernetes.io/service-account-token' && has(self.templateFrom) && self.templateFrom.exists(t, has(t.target) && t.target.matches('(?i)^annotations$')))",
        message:
          'template.type="kubernetes.io/service-account-token" with templateFrom target="Annotations" is not allowed',
      },
      {
        rule: "!(has(self.type) && self.type == 'bootstrap.kubernetes.io/token')",
        message: 'template.type="bootstrap.kubernetes.io/token" is not allowed',
      },
    ],
  },
);

/** Schema of `spec.target`. */
export const target = K.object(
  'What is written: a Secret, unless manifest says otherwise.',
  {
    name: K.optional(K.objectName('Name of the target. Absent means the name of the ExternalSecret.')),
    creationPolicy: K.defaulted(
      K.enum(
        'Owner: created, overwritten, and deleted with the ExternalSecret. Orphan: created and overwritten, and it stays. Merge: keys are added to a target that exists. CreateOrMerge: created when it is missing, else merged. None: nothing is written.',
        ['Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge'],
      ),
      'Owner',
    ),
    deletionPolicy: K.defaulted(
      K.enum(
        'What happens when the backend says that nothing is there. Retain: the target stays. Delete: the target is deleted. Merge: the keys are removed, the target stays.',
        ['Delete', 'Merge', 'Retain'],
      ),
      'Retain',
    ),
    immutable: K.optional(K.bool('Makes the Secret immutable; it is never updated once it is written.')),
    manifest: K.optional(
      K.object('A target of another kind, where the installation allows it.', {
        apiVersion: K.string('API version, such as v1.', { minLength: 1 }),
        kind: K.string('Kind, such as ConfigMap.', { minLength: 1 }),
      }),
    ),
    template: K.optional(template),
  },
  {
    rules: [
      {
        rule: "!(self.deletionPolicy == 'Delete' && self.creationPolicy in ['Merge', 'None', 'CreateOrMerge'])",
        message:
          "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner",
      },
      {
        rule: "!(self.deletionPolicy == 'Merge' && self.creationPolicy == 'None')",
        message:
          'deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with',
      },
      {
        rule: "(has(self.manifest) && !(self.manifest.apiVersion == 'v1' && self.manifest.kind == 'Secret')) || !has(self.template) || !has(self.template.templateFrom) || self.template.templateFrom.all(t, !has(t.target) || t.target.matches('(?i)^(|data|annotations|labels)$'))",
        message:
          'templateFrom target is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"',
      },
    ],
  },
);
