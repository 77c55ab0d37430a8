import type { ByteText } from '../../../providers/kit/json/byte-text.ts';

/** What a side answered: a result, or an error and whether it came while parsing or executing (or as a panic of Go's). */
export type Answer =
  | { readonly kind: 'output'; readonly output: ByteText }
  | { readonly kind: 'error'; readonly stage: string; readonly text: ByteText };

/** What our side answered; `bounded` where it refuses what would cost too much, which Go does not. */
export type OwnAnswer = Answer | { readonly kind: 'bounded'; readonly code: string };

/**
 * Errors whose Go text holds a value, or words of a library: equal up to there. Of a field's type Go often knows no more than
 * that it is an interface; ours is the type of what is in it.
 */
const shortened =
  /(range can't iterate over |can't use |error calling \w+: |can't evaluate field \S+ in type |failed to unmarshal JSON: |merge failed with key ).*$/s;

/** Whether both sides say the same; `panicked` where Go crashed. What a bound of ours stopped is not compared. */
export function compare(go: Answer, own: OwnAnswer): 'equal' | 'panicked' | 'different' {
  if (own.kind === 'bounded') return 'different';
  if (go.kind === 'error' && go.stage === 'panic') return 'panicked';
  if (go.kind === 'output' || own.kind === 'output')
    return go.kind === 'output' && own.kind === 'output' && go.output === own.output ? 'equal' : 'different';
  const comparable = (text: string) => text.replace(shortened, '$1');
  return go.stage === own.stage && comparable(go.text) === comparable(own.text) ? 'equal' : 'different';
}
