import type { ByteText } from './byte-text.ts';
import type { Found } from './gjson-scan.ts';
import { JsonError } from './json-error.ts';

/** What the parts of the path engine need of one another, and the bound on all their work for one path. */
export interface Engine {
  /** The value at a path of a text. */
  get(text: ByteText, path: ByteText): Found;
  /** Records work to come, in bytes. Throws {@link JsonError} `TooComplex` when the path has used up its share. */
  spend(bytes: number): void;
  /** Runs a step that may nest. Throws {@link JsonError} `TooDeep`. */
  nested<T>(step: () => T): T;
}

/** Bytes that one look-up may read and write: well under a second of work, and hundreds of times what a real path needs. */
const workLimit = 1 << 26;
const depthLimit = 500;

/** An {@link Engine} for one look-up. */
export function createEngine(get: (engine: Engine, text: ByteText, path: ByteText) => Found): Engine {
  let left = workLimit;
  let depth = 0;
  const engine: Engine = {
    get(text, path) {
      engine.spend(text.length + path.length + 1);
      return engine.nested(() => get(engine, text, path));
    },
    spend(bytes) {
      left -= bytes;
      if (left < 0) throw new JsonError('TooComplex');
    },
    nested(step) {
      if (depth === depthLimit) throw new JsonError('TooDeep');
      depth++;
      const result = step();
      depth--;
      return result;
    },
  };
  return engine;
}
