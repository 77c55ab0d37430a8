import type { Static } from 'typebox';
import { K } from '../../providers/kit/schema.ts';
import { conditions } from '../lib/condition-schema.ts';
import { namespaceSelector } from '../lib/label-selector-schema.ts';

/** Fields of a `spec` that say in which namespaces, and how often that is looked at. */
export const selectionFields = {
  namespaceSelectors: K.optional(
    K.list('Selects the namespaces: those that any entry matches.', namespaceSelector),
  ),
  refreshTime: K.optional(
    K.duration('How often the namespaces are looked at when nothing has changed; absent means 1h.'),
  ),
};

/** The same with the fields that ESO has deprecated. */
export const selectionFieldsOfOld = {
  ...selectionFields,
  namespaceSelector: K.optional(namespaceSelector),
  namespaces: K.optional(K.list('Names of namespaces. Deprecated: use namespaceSelectors.', K.namespace())),
};

/** Fields of every `status`; the children's name comes with the kind. */
export const statusFields = {
  conditions: K.optional(conditions),
  provisionedNamespaces: K.optional(K.list('Namespaces that have their object.', K.string())),
  failedNamespaces: K.optional(
    K.list(
      'Namespaces that do not.',
      K.object('One of them.', {
        namespace: K.string('Its name.'),
        reason: K.optional(K.string('Why not.')),
      }),
    ),
  ),
  observedGeneration: K.optional(
    K.int('Generation of the spec that this status is about.', { format: 'int64' }),
  ),
};

const selection = K.object('Selection.', selectionFieldsOfOld);
const status = K.object('Status.', statusFields);

/** Which namespaces a `spec` selects. */
export type Selection = Static<typeof selection>;

/** The `status` of any kind, but for the children's name. */
export type FanOutStatus = Static<typeof status>;
