import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.fake` (spec providers 10). */
export const fakeSpec = K.object('A provider for tests and demos: the values stand in the store itself.', {
  data: K.list(
    'The secrets that this store holds.',
    K.object('One secret.', {
      key: K.string('Name of the secret.', { minLength: 1 }),
      value: K.string('Value of the secret. It is visible to everyone who may read the store.', {
        minLength: 1,
      }),
      version: K.optional(
        K.string('Version of the value. It is found only by a reference that asks for exactly this version.'),
      ),
    }),
  ),
  validationResult: K.optional(
    K.int('What the validation of the store comes to: 0 ready, 1 unknown, 2 error. Absent means 0.'),
  ),
});

/** `spec.provider.fake` as the hook receives it. */
export type FakeSpec = Static<typeof fakeSpec>;
