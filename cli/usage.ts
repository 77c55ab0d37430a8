import { type Command, Option } from 'commander';
import { readManifests } from '../local/manifests.ts';
import { type Use, usage } from '../local/usage.ts';

/** Adds the verb `usage`: which ExternalSecrets use a key? For the one who has to revoke it. */
export function usageCommand(program: Command): void {
  program
    .command('usage')
    .description(
      'tell which ExternalSecrets use which keys of which stores, from files or from kubectl get -o json',
    )
    .argument('[key]', 'of a backend: only those that use it')
    .addOption(
      new Option('-f, --file <path>', 'file or folder with ExternalSecrets, or /dev/stdin; may be repeated')
        .argParser((path: string, before: string[] = []) => [...before, path])
        .makeOptionMandatory(),
    )
    .addOption(new Option('-o, --output <format>', 'format').choices(['text', 'json']).default('text'))
    .action((key: string | undefined, { file, output }: { file: string[]; output: 'text' | 'json' }) => {
      const { manifests, problems } = readManifests(file);
      const uses = usage(
        manifests.map(({ object }) => object),
        key,
      );
      process.stdout.write(
        output === 'json' ? `${JSON.stringify(uses, null, 2)}\n` : uses.map(line).join(''),
      );
      for (const { file: where, message } of problems) console.error(`error  ${where}: ${message}`);
      process.exitCode = problems.length === 0 ? 0 : 1;
    });
}

function line({ store, key, how, version, by, secret }: Use): string {
  const what = `${how === 'may' ? `find ${key}` : key}${version === undefined ? '' : ` (version ${version})`}`;
  return `${store}  ${what}  ${by}  Secret ${secret}\n`;
}
