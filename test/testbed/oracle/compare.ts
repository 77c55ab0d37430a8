import type { Environment } from '../../../composite-controllers/template/environment.ts';
import { TemplateError, type TemplateErrorCode } from '../../../composite-controllers/template/errors.ts';
import { executeTemplate, parseTemplate } from '../../../composite-controllers/template/template.ts';
import { type ByteText, toByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Case } from './case.ts';
import type { GoAnswer } from './process.ts';

/** What our side made of a case. */
export type OwnAnswer =
  | { readonly kind: 'output'; readonly output: ByteText }
  | {
      readonly kind: 'error';
      readonly stage: 'parse' | 'execute';
      readonly code: TemplateErrorCode;
      readonly text: ByteText;
    };

/** Nothing that a case asks for may depend on these. */
const environment: Environment = {
  now: () => 0,
  randomBytes: (count) => new Uint8Array(count),
  generateKey: () => new Uint8Array(),
};

/** Our answer. A crash is thrown on. */
export function ownAnswer(one: Case): OwnAnswer {
  let stage: 'parse' | 'execute' = 'parse';
  try {
    const delimiters = { left: one.left ?? '', right: one.right ?? '' };
    const options = { name: 't', missingKey: one.missingKey, delimiters };
    const template = parseTemplate(Buffer.from(one.template, 'latin1'), options);
    stage = 'execute';
    const root = structuredClone(one.data) ?? undefined;
    return { kind: 'output', output: toByteText(executeTemplate(template, root, environment)) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { kind: 'error', stage, code: error.code, text: error.message };
  }
}

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

/**
 * Errors whose Go text holds a value, or words of a library: equal up to there. Of a field's type Go often knows no more than
 * that it is an interface; ours is the type of what is in it.
 */
const shortened =
  /(range can't iterate over |can't use |error calling \w+: |can't evaluate field \S+ in type ).*$/s;

/** Whether both sides say the same; `bounded` where a bound of ours makes the comparison moot. */
export function compare(go: GoAnswer, own: OwnAnswer): 'equal' | 'bounded' | 'different' {
  if (own.kind === 'error' && bounds.includes(own.code)) return 'bounded';
  if (go.kind === 'output' || own.kind === 'output')
    return go.kind === 'output' && own.kind === 'output' && go.output === own.output ? 'equal' : 'different';
  const comparable = (text: string) => text.replace(shortened, '$1');
  return go.stage === own.stage && comparable(go.text) === comparable(own.text) ? 'equal' : 'different';
}
