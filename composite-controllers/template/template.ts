import { LRUCache } from 'lru-cache';
import { fromByteText, toByteText } from '../../providers/kit/json/byte-text.ts';
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
import type { Delimiters } from './parse/scanner.ts';
import type { Dict, Value } from './values/value.ts';

/** How a template is read. */
export interface TemplateOptions {
  /** What errors call it. */
  readonly name: string;
  /** `{{` and `}}` by default. */
  readonly delimiters?: Delimiters;
  /** `default` by default, as in Go. */
  readonly missingKey?: MissingKey;
}

/** A template that has been read. */
export interface Template {
  readonly source: ParsedSource;
  readonly missingKey: MissingKey;
}

/** Trees take several times their text: this holds some tens of MiB at most. */
const cache = new LRUCache<string, Template>({ max: 5000, maxSize: 4 << 20 });

/** Reads a template; the same text with the same options is read once. Throws {@link TemplateError}. */
export function parseTemplate(text: string | Uint8Array, options: TemplateOptions): Template {
  const { name, missingKey = 'default' } = options;
  const left = options.delimiters?.left || '{{';
  const right = options.delimiters?.right || '}}';
  const bytes = toByteText(text);
  const key = JSON.stringify([name, missingKey, left, right, bytes]);
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const named = toByteText(name);
  if (bytes.length > maxTemplateBytes) throw tooLarge(named);
  const delimiters = { left: toByteText(left), right: toByteText(right) };
  const source = guarded(named, () =>
    parse(named, bytes, delimiters, (name) => isShortCircuit(name) || Object.hasOwn(allFunctions, name)),
  );
  const template = { source, missingKey };
  cache.set(key, template, { size: key.length });
  return template;
}

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
