import type { Environment } from '../../../../composite-controllers/template/environment.ts';
import { TemplateError, type TemplateErrorCode } from '../../../../composite-controllers/template/errors.ts';
import type { MissingKey } from '../../../../composite-controllers/template/exec/state.ts';
import { executeTemplate, readTemplate } from '../../../../composite-controllers/template/template.ts';
import { type ByteText, toByteText } from '../../../../providers/kit/json/byte-text.ts';
import type { OwnAnswer } from '../compare.ts';
import { copy, type Data } from '../data.ts';

/** Nothing that a case asks for may depend on these. */
const environment: Environment = {
  now: () => 0,
  randomBytes: (count) => new Uint8Array(count),
  generateKey: () => new Uint8Array(),
};

/** Bounds that Go does not have, or has elsewhere. */
const bounds: readonly TemplateErrorCode[] = [
  'TooManySteps',
  'TooMuchText',
  'TooMuchOutput',
  'TooDeep',
  'TooManySlowCalls',
  'RegexTooCostly',
  'NestedTooDeep',
  'ComplexNumber',
];

/** What the engine makes of a template. A crash is thrown on. */
export function renderAnswer(
  text: ByteText,
  missingKey: MissingKey,
  left: ByteText,
  right: ByteText,
  data: Data,
): OwnAnswer {
  let stage = 'parse';
  try {
    const template = readTemplate(text, {
      name: 't',
      missingKey,
      delimiters: { left, right },
    });
    stage = 'execute';
    return {
      kind: 'output',
      output: toByteText(executeTemplate(template, copy(data) ?? undefined, environment)),
    };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return bounds.includes(error.code)
      ? { kind: 'bounded', code: error.code }
      : { kind: 'error', stage, text: error.message };
  }
}

/** The text that a template makes of one key, in a rewrite by `transform`; undefined stands for an error. */
export function transformed(template: ByteText, key: ByteText): OwnAnswer {
  const value: Data = { kind: 'map', element: 'string', entries: new Map([['value', key]]) };
  return renderAnswer(template, 'default', '', '', value);
}
