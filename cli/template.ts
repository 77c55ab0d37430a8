import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parse } from 'yaml';
import type { Environment } from '../composite-controllers/template/environment.ts';
import { TemplateError } from '../composite-controllers/template/errors.ts';
import { executeTemplate, parseTemplate, rootOf } from '../composite-controllers/template/template.ts';
import { randomness } from '../server/randomness.ts';
import { type DelimiterFlags, delimitersOf, withDelimiters } from './delimiters.ts';

interface Flags extends DelimiterFlags {
  readonly file: string;
  readonly values: string;
}

const environment: Environment = { now: Date.now, ...randomness };

/** Adds the verb `template`: what does a template of an ExternalSecret make of these values? */
export function templateCommand(program: Command): void {
  const command = program
    .command('template')
    .description('render a template of an ExternalSecret over values in a file, and print the result')
    .requiredOption('-f, --file <path>', 'the template')
    .requiredOption('-v, --values <path>', 'YAML or JSON: a map of keys to texts');
  withDelimiters(command).action((flags: Flags) => {
    process.exitCode = run(flags);
  });
}

/** The result to stdout; 1, and the place under its line on stderr, when the template is wrong. */
function run({ file, values: valuesFile, ...flags }: Flags): number {
  const text = readFileSync(file, 'utf8');
  const values = readValues(valuesFile);
  if (values === undefined) {
    console.error(`error  ${valuesFile}: not a map of keys to texts`);
    return 1;
  }
  try {
    const template = parseTemplate(text, {
      name: file,
      missingKey: 'error',
      delimiters: delimitersOf(flags),
    });
    process.stdout.write(executeTemplate(template, rootOf(values), environment));
    return 0;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    console.error(`error  ${error.message}\n${underline(text, error)}`);
    return 1;
  }
}

/** The texts as they are written: no scalar is taken for a number. */
function readValues(file: string): Map<string, Uint8Array> | undefined {
  const values: unknown = parse(readFileSync(file, 'utf8'), { schema: 'failsafe', logLevel: 'silent' });
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return undefined;
  const entries = Object.entries(values);
  if (entries.some(([, value]) => typeof value !== 'string')) return undefined;
  return new Map(entries.map(([name, value]) => [name, Buffer.from(value)]));
}

/** The line of an error with a mark under the place; tabs stay, so that the mark is under it. */
function underline(text: string, { line, column }: TemplateError): string {
  const shown = text.split('\n')[line - 1] ?? '';
  const before = Buffer.from(shown).subarray(0, column).toString();
  return `${shown}\n${before.replace(/[^\t]/g, ' ')}^`;
}
