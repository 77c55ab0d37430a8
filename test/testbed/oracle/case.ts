import type { MissingKey } from '../../../composite-controllers/template/exec/state.ts';
import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Data } from './data.ts';
import type { Random } from './random.ts';

/** One question to both sides. */
export interface Case {
  readonly template: ByteText;
  readonly data: Data;
  readonly missingKey: MissingKey;
  readonly left?: string;
  readonly right?: string;
}

/** Makes cases of one kind. */
export type Family = (random: Random) => Case;
