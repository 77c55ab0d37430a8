import type { Static } from 'typebox';
import { K } from '../../providers/kit/schema.ts';

const condition = K.object('One condition.', {
  type: K.string('Name of the condition, such as Ready.'),
  status: K.string('True, False or Unknown.'),
  reason: K.optional(K.string('Why, in one CamelCase word.')),
  message: K.optional(K.string('Why, in a sentence.')),
  lastTransitionTime: K.optional(K.time('When the status last changed.')),
});

/** Schema of `status.conditions` (spec core 0.5). */
export const conditions = K.list('What holds at the moment.', condition);

/** One condition of a status. */
export type Condition = Static<typeof condition>;
