import { type Command, Option } from 'commander';
import { compose } from '../server/compose.ts';
import { readServeConfig, serveFlags } from '../server/config.ts';
import { ConfigError, environmentName, type Flag } from '../server/flags.ts';
import { createLogger } from '../server/logger.ts';
import { endOnSignal, surviveFailures } from '../server/process.ts';
import { serve } from '../server/serve.ts';

/** Adds the verb `serve`, which answers Metacontroller's calls until a signal ends it. */
export function serveCommand(program: Command): void {
  const command = program.command('serve').description("answer Metacontroller's hook calls");
  for (const [name, flag] of Object.entries<Flag>(serveFlags)) {
    const help = `${flag.help}${flag.initial === undefined || flag.value === undefined ? '' : ` (default: ${flag.initial})`}`;
    const syntax = flag.value === undefined ? `--${name}` : `--${name} <${flag.value}>`;
    command.addOption(new Option(syntax, `${help} [$${environmentName(name)}]`));
  }
  command.action(async (options: Readonly<Record<string, string | true>>) => {
    try {
      await run(options);
    } catch (error) {
      // Both kinds are our own texts; anything else would say too much.
      command.error(`error: ${(error as Error).message}`, { exitCode: error instanceof ConfigError ? 2 : 1 });
    }
  });
}

async function run(options: Readonly<Record<string, string | true>>): Promise<void> {
  const given = Object.fromEntries(
    Object.keys(serveFlags).map((name) => {
      const value = options[camelCase(name)];
      return [name, value === true ? 'true' : value];
    }),
  );
  const config = readServeConfig(given);
  const log = createLogger(config.logLevel);
  surviveFailures(log);
  endOnSignal(await serve(config, log, compose), log, config.shutdownDelayMs);
}

/** As commander names an option's value. */
function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
