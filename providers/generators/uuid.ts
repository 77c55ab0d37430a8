import { randomUUID } from 'node:crypto';
import { generator, textValues } from '../kit/generator.ts';
import { K } from '../kit/schema.ts';

/** A random UUID (version 4), under the key `uuid`. */
export const uuid = generator({
  kind: 'UUID',
  description: 'Makes a random UUID.',
  spec: K.object('Nothing can be chosen.', {}),
  generate: async () => ({ values: textValues({ uuid: randomUUID() }) }),
});
