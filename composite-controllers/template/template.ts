import { LRUCache } from 'lru-cache';
import { type ByteText, fromByteText, toByteText } from '../../providers/kit/json/byte-text.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import type { Environment } from './environment.ts';
import { CallError, TemplateError } from './errors.ts';
import { isShortCircuit } from './exec/call.ts';
import { execute, guarded } from './exec/execute.ts';
import type { MissingKey } from './exec/state.ts';
import { allFunctions } from './functions/table.ts';
import { type Budget, createBudget, defaultLimits, maxTemplateBytes } from './limits.ts';
import { parse } from './parse/parse.ts';
import type { ParsedSource } from './parse/parser.ts';
import { type Delimiters, standardDelimiters } from './parse/scanner.ts';
import type { Dict, Value } from './values/value.ts';

/** How a template is read. */
export interface TemplateOptions {
  /** What errors call it. */
  readonly name: string;
  /** {@link standardDelimiters} by default, and in the place of an empty one. */
  readonly delimiters?: Delimiters;
  /** `default` by default, as in Go. */
  readonly missingKey?: MissingKey;
}

/** A template that has been read. */
export interface Template {
  readonly source: ParsedSource;
  readonly missingKey: MissingKey;
}

/** Trees take up to twenty times their text, so this holds some tens of MiB at most. */
const cache = new LRUCache<string, Template>({ max: 5000, maxSize: 2 << 20 });

/** Reads a template; the same text with the same options is read once. Throws {@link TemplateError}. */
export function parseTemplate(text: string | Uint8Array, options: TemplateOptions): Template {
  const { name, missingKey, delimiters = standardDelimiters } = options;
  const bytes = toByteText(text);
  const key = JSON.stringify([name, missingKey, delimiters.left, delimiters.right, bytes]);
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const template = readTemplate(bytes, options);
  cache.set(key, template, { size: key.length });
  return template;
}

/** Reads a template's bytes anew. Throws {@link TemplateError}. */
export function readTemplate(text: ByteText, options: TemplateOptions): Template {
  const { missingKey = 'default', delimiters = standardDelimiters } = options;
  const name = toByteText(options.name);
  if (text.length > maxTemplateBytes) throw tooLarge(name);
  const enclosing = {
    left: toByteText(delimiters.left || standardDelimiters.left),
    right: toByteText(delimiters.right || standardDelimiters.right),
  };
  const source = guarded(name, () => parse(name, text, enclosing, isFunction));
  return { source, missingKey };
}

const isFunction = (name: ByteText) => isShortCircuit(name) || Object.hasOwn(allFunctions, name);

function tooLarge(name: string): TemplateError {
  const { code, message } = new CallError('TemplateTooLarge', { limit: maxTemplateBytes });
  return new TemplateError(code, { templateName: name, line: 1, column: 0 }, `template: ${name}: ${message}`);
}

/**
 * The result of a template over a root value. Templates that belong together share a budget. Throws {@link TemplateError}, also
 * when the budget is used up.
 */
export function executeTemplate(
  { source, missingKey }: Template,
  root: Value,
  environment: Environment,
  budget: Budget = createBudget(defaultLimits),
): Uint8Array {
  const output: string[] = [];
  guarded(source.name, () =>
    execute({ source, missingKey, functions: allFunctions, output, environment, budget }, root),
  );
  return fromByteText(output.join(''));
}

/** A map of strings, as templates see the values of a secret. */
export function rootOf(values: SecretMap): Dict {
  const entries = [...values].map(([name, value]) => [toByteText(name), toByteText(value)] as const);
  return { kind: 'map', element: 'string', entries: new Map(entries) };
}

/** A map of such maps, by the names that stand for them. */
export function rootOfGroups(groups: ReadonlyMap<string, SecretMap>): Dict {
  const entries = [...groups].map(([name, values]) => [toByteText(name), rootOf(values)] as const);
  return { kind: 'map', element: 'interface {}', entries: new Map(entries) };
}
