import { decodeUtf8, fromByteText, toByteText } from '../../providers/kit/json/byte-text.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import type { Environment } from './environment.ts';
import { CallError, TemplateError, type TemplateErrorCode } from './errors.ts';
import type { MissingKey } from './exec/state.ts';
import { type Budget, createBudget, type Limits } from './limits.ts';
import { type Delimiters, standardDelimiters } from './parse/scanner.ts';
import { executeTemplate, parseTemplate, rootOf, rootOfGroups } from './template.ts';
import { type Any, isDict, isList } from './values/value.ts';
import { readYaml, readYamlTexts } from './yaml/read.ts';

/** One template to render. */
export interface Job {
  /** What errors call it, and what it may call itself. */
  readonly name: string;
  readonly text: string | Uint8Array;
  /**
   * What becomes of the rendered text: it stays one, it is a YAML map of texts, or a YAML document; as a value it is a
   * document where it can be one, else a text.
   */
  readonly as: 'text' | 'map' | 'document' | 'value';
}

/** Templates over one set of values. Plain data: it can be handed to another thread. */
export interface Work {
  readonly jobs: readonly Job[];
  readonly values: SecretMap;
  /** In their place names that stand for maps themselves: `.name.key`. */
  readonly groups?: ReadonlyMap<string, SecretMap>;
  /** An error unless given. */
  readonly missingKey?: MissingKey;
  /** {@link standardDelimiters} by default. */
  readonly delimiters?: Delimiters;
  /** What the templates take for the time, in ms since 1970. */
  readonly now: number;
}

/** What one job came to: bytes, a map of them, or a document. */
export type Rendered = Uint8Array | SecretMap | Tree;

/** A document in the types of JSON; an integer that a number would round is a bigint. */
export interface Tree {
  readonly tree: unknown;
}

/** Why a template gives nothing. Names, types and pieces of its own text; never a value. */
export interface Fault {
  readonly code: TemplateErrorCode;
  readonly line: number;
  /** In bytes from 0. */
  readonly column: number;
  /** Go's words, behind the place. */
  readonly message: string;
}

/** Whether the result is a document. */
export function isTree(result: Rendered): result is Tree {
  return Object.hasOwn(result, 'tree');
}

/** What work came to, job by job; or the first job that failed. Plain data. */
export type WorkResult =
  | {
      readonly kind: 'rendered';
      readonly results: readonly Rendered[];
      /** Whether the same work would give something else next time, because something random went into it. */
      readonly random: boolean;
    }
  | { readonly kind: 'failed'; readonly job: number; readonly fault: Fault };

/** Where work gets randomness and keys from; the time is its own. */
export type Randomness = Omit<Environment, 'now'>;

/** Does all jobs within one budget; each sees the values only, never another's result. Never throws: no function changes a map of strings. */
export function doWork(
  { jobs, values, groups, missingKey = 'error', delimiters = standardDelimiters, now }: Work,
  source: Randomness,
  limits: Limits,
): WorkResult {
  const budget = createBudget(limits);
  const flat = rootOf(values);
  // Functions can change a map of maps, so each job has its own.
  const root = () => (groups === undefined ? flat : rootOfGroups(groups));
  let random = false;
  const environment: Environment = {
    now: () => now,
    randomBytes(count) {
      random = true;
      return source.randomBytes(count);
    },
    generateKey(type, bits) {
      random = true;
      return source.generateKey(type, bits);
    },
  };
  const results: Rendered[] = [];
  for (const [index, { name, text, as }] of jobs.entries()) {
    try {
      const template = parseTemplate(text, { name, missingKey, delimiters });
      const bytes = executeTemplate(template, root(), environment, budget);
      results.push(taken(bytes, as, budget));
    } catch (error) {
      return { kind: 'failed', job: index, fault: faultOf(error) };
    }
  }
  return { kind: 'rendered', results, random };
}

function taken(bytes: Uint8Array, as: Job['as'], budget: Budget): Rendered {
  if (as === 'text') return bytes;
  if (as === 'map') return textsOf(bytes, budget);
  if (as === 'value') return valueTree(bytes, budget);
  const document = readYaml(toByteText(bytes), budget, 'int64');
  if (document === undefined) throw new CallError('NotYaml');
  return { tree: treeOf(document) };
}

/** What a text is as a value: the document that it is, or itself. Throws {@link CallError} over the budget. */
export function valueTree(bytes: Uint8Array, budget: Budget): Tree {
  const document = readYaml(toByteText(bytes), budget, 'int64');
  return { tree: document === undefined ? Buffer.from(bytes).toString() : treeOf(document) };
}

/** YAML is read into texts of bytes, truth values, numbers and containers of them. */
function treeOf(value: Any): unknown {
  if (typeof value === 'string') return decodeUtf8(value);
  if (isList(value)) return value.items.map(treeOf);
  if (!isDict(value)) return value;
  return Object.fromEntries([...value.entries].map(([name, member]) => [decodeUtf8(name), treeOf(member)]));
}

function textsOf(bytes: Uint8Array, budget: Budget): SecretMap {
  const texts = readYamlTexts(toByteText(bytes), budget);
  if (texts === undefined) throw new CallError('NotTexts');
  return new Map([...texts].map(([key, text]) => [decodeUtf8(key), fromByteText(text)]));
}

/** What a {@link TemplateError} says behind its place. */
export function faultOf(error: unknown): Fault {
  if (error instanceof CallError) return { code: error.code, line: 1, column: 0, message: error.message };
  if (!(error instanceof TemplateError)) throw error;
  const { code, line, column, templateName: name } = error;
  const places = [
    `template: ${name}:${line}:${column}: `,
    `template: ${name}:${line}: `,
    `template: ${name}: `,
  ];
  const place = places.find((start) => error.message.startsWith(start)) ?? '';
  const what = error.message.slice(place.length);
  return { code, line, column, message: decodeUtf8(what) };
}
