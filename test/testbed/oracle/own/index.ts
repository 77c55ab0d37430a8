import { ValueError } from '../../../../composite-controllers/lib/errors.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { toByteText } from '../../../../providers/kit/json/byte-text.ts';
import { JsonError } from '../../../../providers/kit/json/json-error.ts';
import type { Ask, Case, Questions } from '../case.ts';
import type { OwnAnswer } from '../compare.ts';
import { renderAnswer } from './template.ts';
import { valueAnswers } from './values.ts';

const answers: { readonly [A in Ask]: (...args: Questions[A]) => OwnAnswer } = {
  template: renderAnswer,
  ...valueAnswers,
};

/** Our answer. A crash is thrown on. */
export function ownAnswer(one: Case): OwnAnswer {
  try {
    return (answers[one.ask] as (...args: readonly unknown[]) => OwnAnswer)(...one.args);
  } catch (error) {
    return refusal(error);
  }
}

/** Our answer; a crash is one, too. */
export function answerOrCrash(one: Case): OwnAnswer {
  try {
    return ownAnswer(one);
  } catch (error) {
    return { kind: 'error', stage: 'crash', text: String(error) };
  }
}

function refusal(error: unknown): OwnAnswer {
  if (error instanceof ValueError)
    return error.code === 'RegexTooCostly'
      ? { kind: 'bounded', code: error.code }
      : { kind: 'error', stage: 'execute', text: toByteText(error.message) };
  if (error instanceof JsonError && (error.code === 'TooComplex' || error.code === 'TooDeep'))
    return { kind: 'bounded', code: error.code };
  // The words of Go's decoder, and of its regular expressions where a provider uses them, stay inside.
  if (error instanceof JsonError || error instanceof ProviderError)
    return { kind: 'error', stage: 'execute', text: '' };
  throw error;
}
