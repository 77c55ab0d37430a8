import { generator, textValues } from '../kit/generator.ts';
import { K } from '../kit/schema.ts';

/** Values that the manifest itself holds: for tests. */
export const fake = generator({
  kind: 'Fake',
  description: 'Gives the values that it holds itself, for tests.',
  spec: K.object('What it gives.', {
    controller: K.optional(K.string('Class of the controller that looks after it. Absent: every one does.')),
    data: K.optional(K.map('The values by key.', K.string())),
  }),
  generate: async ({ data = {} }) => ({ values: textValues(data) }),
});
