import type { MissingKey } from '../../../composite-controllers/template/exec/state.ts';
import { isList, type List, list } from '../../../composite-controllers/template/values/value.ts';
import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Data } from './data.ts';
import type { Random } from './random.ts';

/** What both sides can be asked, with what each question is made of. */
export interface Questions {
  /** The result of a template. */
  readonly template: readonly [
    template: ByteText,
    missingKey: MissingKey,
    left: ByteText,
    right: ByteText,
    data: Data,
  ];
  /** What a path of gjson's dialect finds in a document. */
  readonly gjson: readonly [document: ByteText, path: ByteText];
  /** The names and values of a JSON object: `raw` by Rule A, `decoded` by Rule B, `encoded` as a Kubernetes Secret's. */
  readonly object: readonly [rule: 'raw' | 'decoded' | 'encoded', document: ByteText];
  /** A map of values after operations: lists of the operation's name and its fields in the order of the CRD. */
  readonly rewrite: readonly [values: Data, operations: List];
  /** Which names a regular expression finds. */
  readonly match: readonly [source: ByteText, names: List];
  /** A value by a decoding strategy. */
  readonly decode: readonly [strategy: ByteText, value: ByteText];
  /** The hashes of a Secret's data, and of annotations and labels. */
  readonly hash: readonly [data: Data, annotations: Data, labels: Data];
  /** The hash of a YAML document as the content of a target of another kind. */
  readonly content: readonly [document: ByteText];
  /** A duration in nanoseconds, and written again. */
  readonly duration: readonly [text: ByteText];
}

/** The name of a question. */
export type Ask = keyof Questions;

/** One question to both sides. */
export type Case = { readonly [A in Ask]: { readonly ask: A; readonly args: Questions[A] } }[Ask];

/** Makes cases of one kind. */
export type Family = (random: Random) => Case;

/** A question about a template. */
export function templateCase(question: {
  readonly template: ByteText;
  readonly data: Data;
  readonly missingKey?: MissingKey;
  readonly left?: ByteText;
  readonly right?: ByteText;
}): Case {
  const { template, data, missingKey = 'default', left = '', right = '' } = question;
  return { ask: 'template', args: [template, missingKey, left, right, data] };
}

/** The arguments as one value. */
export function argumentsOf({ args }: Case): List {
  return list([...args]);
}

/** The case of arguments that were one value. Throws when they are no list; whether they fit the question is for its answer to find. */
export function caseOf(ask: string, args: Data): Case {
  if (!isList(args)) throw new Error('arguments are a list');
  return { ask, args: args.items } as unknown as Case;
}
