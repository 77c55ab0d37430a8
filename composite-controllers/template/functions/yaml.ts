import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { type Any, dict, isDict } from '../values/value.ts';
import { readYaml } from '../yaml/read.ts';
import { writeYaml } from '../yaml/write.ts';
import { type FunctionTable, fn } from './signature.ts';

/** YAML in and out, of version 1.1 as Kubernetes reads and writes it. */
export const yamlFunctions: FunctionTable = {
  toYaml: fn(['any'], ([value], { budget }) => toYaml(value, budget)),
  fromYaml: fn(['string'], ([text], { budget }) => fromYaml(text, budget)),
};

/** What cannot be YAML gives no text. */
function toYaml(value: Any, budget: Budget): ByteText {
  try {
    return writeYaml(value, budget).replace(/\n$/, '');
  } catch (error) {
    if (error instanceof CallError && error.code === 'NoJson') return '';
    throw error;
  }
}

/** What is no map gives a map with the key `Error`, whose text tells nothing of the input. */
function fromYaml(text: ByteText, budget: Budget): Any {
  const value = readYaml(text, budget);
  if (value === null) return dict();
  return value !== undefined && isDict(value) ? value : dict([['Error', 'invalid']]);
}
