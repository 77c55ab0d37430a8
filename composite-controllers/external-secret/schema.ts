import type { Static } from 'typebox';
import { K } from '../../providers/kit/schema.ts';
import { conditions } from '../lib/condition-schema.ts';
import { retry } from '../lib/retry-schedule.ts';
import { syncWindows } from '../lib/sync-windows-schema.ts';
import { data, dataFrom, storeRef, uniqueSecretKeys } from './schema-data.ts';
import { target } from './schema-target.ts';

/** Schema of an ExternalSecret's `spec`. */
export const externalSecretSpec = K.object(
  'What to read, from which store, and where to write it.',
  {
    secretStoreRef: K.optional(storeRef('The store that entries without a sourceRef read from.')),
    target: K.defaulted(target, { creationPolicy: 'Owner', deletionPolicy: 'Retain' }),
    refreshPolicy: K.optional(
      K.enum(
        'Periodic: reads each refreshInterval. OnChange: reads when the ExternalSecret changes. CreatedOnce: reads once. Absent means Periodic.',
        ['CreatedOnce', 'Periodic', 'OnChange'],
      ),
    ),
    refreshInterval: K.defaulted(
      K.duration('Time between two reads, such as 30m. Zero or less: the backend is read only on change.'),
      '1h0m0s',
    ),
    syncWindows: K.optional(syncWindows),
    data: K.optional(data),
    dataFrom: K.optional(dataFrom),
  },
  {
    rules: [
      {
        rule: '(has(self.data) && self.data.size() > 0) || (has(self.dataFrom) && self.dataFrom.size() > 0)',
        message: 'either data or dataFrom should be specified',
      },
      uniqueSecretKeys,
    ],
  },
);

/** Schema of an ExternalSecret's `status`: ESO's fields, and what the hook needs to remember. */
export const externalSecretStatus = K.object('What was read and written last.', {
  conditions: K.optional(conditions),
  refreshTime: K.optional(K.nullable(K.time('When the target last received what the backend holds.'))),
  syncedResourceVersion: K.optional(
    K.string('Generation, and hash of the labels and annotations, that the target was made from.'),
  ),
  binding: K.optional(
    K.object(
      'The Secret, for those who follow the Service Binding contract.',
      { name: K.defaulted(K.string('Name of the Secret.'), '') },
      { atomic: true },
    ),
  ),
  observedGeneration: K.optional(
    K.int('Generation of the spec that this status is about.', { format: 'int64' }),
  ),
  refreshId: K.optional(K.string('Id of the refresh that the target carries.')),
  renewTime: K.optional(
    K.time('When generated values that end are made anew, unless a refresh is due before.'),
  ),
  generatorStates: K.optional(
    K.list('GeneratorStates of the values that the target holds; older ones are taken back.', K.string()),
  ),
  retry: K.optional(retry),
});

/** `spec` of an ExternalSecret as the API server serves it. */
export type ExternalSecretSpec = Static<typeof externalSecretSpec>;

/** `status` of an ExternalSecret. */
export type ExternalSecretStatus = Static<typeof externalSecretStatus>;
