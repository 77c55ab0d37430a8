import type { Command } from 'commander';
import { type Delimiters, standardDelimiters } from '../composite-controllers/template/parse/scanner.ts';

/** What commander makes of {@link withDelimiters}. */
export interface DelimiterFlags {
  readonly templateLeftDelimiter: string;
  readonly templateRightDelimiter: string;
}

/** Adds the flags of `serve` that say what encloses the actions of templates, for verbs that render as it does. */
export function withDelimiters(command: Command): Command {
  const { left, right } = standardDelimiters;
  return command
    .option('--template-left-delimiter <text>', 'what begins an action, as `serve` is told', left)
    .option('--template-right-delimiter <text>', 'what ends it', right);
}

export function delimitersOf(flags: DelimiterFlags): Delimiters {
  return { left: flags.templateLeftDelimiter, right: flags.templateRightDelimiter };
}
