import type { Static } from 'typebox';
import { K } from '../../providers/kit/schema.ts';
import { conditions } from '../lib/condition-schema.ts';

/** Schema of a GeneratorState's `spec` (spec core 4.3). */
export const generatorStateSpec = K.object(
  'Something that a generator has made, and that has to be taken back.',
  {
    garbageCollectionDeadline: K.optional(
      K.time('From this moment on it is taken back. Absent: when it is deleted.'),
    ),
    resource: K.any('The generator as it was then.'),
    state: K.any('What it has made.'),
  },
);

/** Schema of a GeneratorState's `status`. */
export const generatorStateStatus = K.object('Whether it can be taken back.', {
  conditions: K.optional(conditions),
  observedGeneration: K.optional(
    K.int('Generation of the spec that this status is about.', { format: 'int64' }),
  ),
});

export type GeneratorStateSpec = Static<typeof generatorStateSpec>;
export type GeneratorStateStatus = Static<typeof generatorStateStatus>;
