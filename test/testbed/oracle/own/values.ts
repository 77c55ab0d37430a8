import { decodeValue } from '../../../../composite-controllers/lib/decode.ts';
import { formatDurationNanos, parseDurationNanos } from '../../../../composite-controllers/lib/duration.ts';
import { contentHash, dataHash, metadataHash } from '../../../../composite-controllers/lib/hash.ts';
import { type RewriteOperation, rewriteKeys } from '../../../../composite-controllers/lib/rewrite.ts';
import { defaultLimits, isTooMuch } from '../../../../composite-controllers/template/limits.ts';
import { isDict, isList } from '../../../../composite-controllers/template/values/value.ts';
import { doWork, isTree } from '../../../../composite-controllers/template/work.ts';
import { nameMatcher } from '../../../../providers/kit/find.ts';
import {
  compareUtf8,
  decodeUtf8,
  fromByteText,
  toByteText,
} from '../../../../providers/kit/json/byte-text.ts';
import { flattenDecoded, flattenEncoded, flattenRaw } from '../../../../providers/kit/json/flatten.ts';
import { lookUp } from '../../../../providers/kit/json/gjson.ts';
import { parseJson } from '../../../../providers/kit/json/tokenizer.ts';
import type { SecretMap } from '../../../../providers/kit/provider.ts';
import type { Ask, Questions } from '../case.ts';
import type { OwnAnswer } from '../compare.ts';
import type { Data } from '../data.ts';
import { transformed } from './template.ts';

/** A template of a rewrite failed; its words are compared by the families of templates. */
class TransformFailed extends Error {
  readonly answer: OwnAnswer;
  constructor(answer: OwnAnswer) {
    super('transform failed');
    this.answer = answer.kind === 'bounded' ? answer : { kind: 'error', stage: 'execute', text: '' };
  }
}

/** What our code for values answers; its errors are thrown. */
export const valueAnswers: {
  readonly [A in Exclude<Ask, 'template'>]: (...args: Questions[A]) => OwnAnswer;
} = {
  gjson(document, path) {
    const found = lookUp(fromByteText(document), decodeUtf8(path));
    if (found === undefined) return output('absent');
    return output([found.kind, toByteText(found.raw), toByteText(found.text)].join('\0'));
  },
  object: (rule, document) => output(printed(flatteners[rule](parseJson(fromByteText(document))))),
  rewrite(values, operations) {
    try {
      return output(printed(rewriteKeys(bytesOf(values), operations.items.map(operationOf), keyTemplate)));
    } catch (error) {
      if (error instanceof TransformFailed) return error.answer;
      throw error;
    }
  },
  match(source, names) {
    const matches = nameMatcher(decodeUtf8(source));
    return output(
      textsOf(names)
        .map((name) => (matches(decodeUtf8(name)) ? '1' : '0'))
        .join(''),
    );
  },
  decode: (strategy, value) => output(toByteText(decodeValue(fromByteText(value), strategy))),
  hash(data, annotations, labels) {
    const meta = { annotations: stringsOf(annotations), labels: stringsOf(labels) };
    return output(`${dataHash(bytesOf(data))} ${metadataHash(meta)}`);
  },
  content(document) {
    const values = new Map([['t', fromByteText(document)]]);
    const jobs = [{ name: 't', text: '{{ .t }}', as: 'document' as const }];
    const result = doWork({ jobs, values, now: 0 }, noChance, defaultLimits);
    if (result.kind === 'failed')
      return isTooMuch(result.fault.code)
        ? { kind: 'bounded', code: result.fault.code }
        : { kind: 'error', stage: 'execute', text: '' };
    const [tree] = result.results;
    if (tree === undefined || !isTree(tree)) throw new Error('a document is a tree');
    return output(contentHash(tree.tree));
  },
  duration(text) {
    const nanos = parseDurationNanos(decodeUtf8(text));
    return output(`${nanos} ${toByteText(formatDurationNanos(nanos))}`);
  },
};

const never = (): never => {
  throw new Error('nothing random is asked for');
};
const noChance = { randomBytes: never, generateKey: never };

const flatteners = { raw: flattenRaw, decoded: flattenDecoded, encoded: flattenEncoded };

const output = (text: string) => ({ kind: 'output', output: text }) as const;

/** Names and values in the order of the names, so that the order in the map does not count. */
function printed(map: SecretMap): string {
  const entries = [...map].sort(([a], [b]) => compareUtf8(a, b));
  return entries.map(([name, value]) => `${toByteText(name)}\0${toByteText(value)}\0`).join('');
}

function operationOf(operation: Data): RewriteOperation {
  const [name, ...fields] = isList(operation) ? operation.items : [];
  const [first, second, third, fourth, fifth] = fields.map((field) =>
    typeof field === 'string' ? decodeUtf8(field) : '',
  );
  if (name === 'regexp') return { regexp: { source: first ?? '', target: second ?? '' } };
  if (name === 'transform') return { transform: { template: first ?? '' } };
  return {
    merge: {
      into: first ?? '',
      priority: textsOf(fields[1]).map(decodeUtf8),
      priorityPolicy: third ?? '',
      conflictPolicy: fourth ?? '',
      strategy: fifth ?? '',
    },
  };
}

/** Parses at once, as ESO does, so that a bad template fails without any key. */
function keyTemplate(template: string): (key: string) => string {
  const render = (key: string) => {
    const answer = transformed(toByteText(template), toByteText(key));
    if (answer.kind === 'output') return decodeUtf8(answer.output);
    throw new TransformFailed(answer);
  };
  const tried = transformed(toByteText(template), '');
  if (tried.kind === 'error' && tried.stage === 'parse') throw new TransformFailed(tried);
  return render;
}

const textsOf = (texts: Data | undefined) =>
  texts !== undefined && isList(texts)
    ? texts.items.map((item) => (typeof item === 'string' ? item : ''))
    : [];

function entriesOf(data: Data): [name: string, value: string][] {
  return isDict(data)
    ? [...data.entries].map(([name, value]) => [decodeUtf8(name), typeof value === 'string' ? value : ''])
    : [];
}

function bytesOf(data: Data): SecretMap {
  return new Map(entriesOf(data).map(([name, value]) => [name, fromByteText(value)]));
}

function stringsOf(data: Data): Record<string, string> {
  return Object.fromEntries(entriesOf(data).map(([name, value]) => [name, decodeUtf8(value)]));
}
