import type { Static } from 'typebox';
import { K, type Rule } from '../../providers/kit/schema.ts';

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

/** Schema of a template of a Secret; what it says is told apart by whose it is. */
export const template = (description: string, rules?: readonly Rule[]) =>
  K.object(
    description,
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
    rules === undefined ? {} : { rules },
  );

/** A template of a Secret. */
export type Template = Static<ReturnType<typeof template>>;
