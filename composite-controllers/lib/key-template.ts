import { decodeUtf8, toByteText } from '../../providers/kit/json/byte-text.ts';
import { CallError } from '../template/errors.ts';
import { createBudget, defaultLimits } from '../template/limits.ts';
import { executeTemplate, parseTemplate } from '../template/template.ts';
import { dict } from '../template/values/value.ts';
import { faultOf } from '../template/work.ts';
import { ValueError } from './errors.ts';
import type { KeyTemplate } from './rewrite.ts';

/** All keys of one operation together; nothing slow, for everything else waits meanwhile. */
const limits = { ...defaultLimits, steps: 200_000, slowCalls: 0 };

const noChance = (): never => {
  throw new CallError('RandomKey');
};

/**
 * The templates of `rewrite[].transform` (spec core 0.7): `.value` is the key, the delimiters are fixed, and what is missing
 * is no error. `now` is in ms. Throws {@link ValueError} `TransformFailed`.
 */
export function keyTemplates(now: number): KeyTemplate {
  return (text) => {
    const environment = { now: () => now, randomBytes: noChance, generateKey: noChance };
    const budget = createBudget(limits);
    const template = orFail(() => parseTemplate(text, { name: 'transform' }));
    return (key) =>
      orFail(() => decodeUtf8(toByteText(executeTemplate(template, rootOf(key), environment, budget))));
  };
}

function rootOf(key: string) {
  return { ...dict([['value', toByteText(key)]]), element: 'string' as const };
}

function orFail<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    const { line, column, message: reason } = faultOf(error);
    throw new ValueError('TransformFailed', { line, column, reason });
  }
}
