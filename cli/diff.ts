import { type Command, Option } from 'commander';
import type { SecretObject } from '../composite-controllers/lib/objects.ts';
import { type Difference, difference } from '../local/difference.ts';
import { readManifests } from '../local/manifests.ts';
import { createKubeApi } from '../server/kube.ts';
import { targetSecrets } from '../server/kube-ports.ts';
import { type DelimiterFlags, delimitersOf, withDelimiters } from './delimiters.ts';
import { readyOf, summary } from './ready.ts';

interface Flags extends DelimiterFlags {
  readonly file: readonly string[];
  readonly kubeconfig?: string;
}

/** Adds the verb `diff`: what would Keyhook change of the Secrets that are there? It writes nothing. */
export function diffCommand(program: Command): void {
  const command = program
    .command('diff')
    .description(
      'render ExternalSecrets in files and compare the Secrets with those of the cluster; prints keys, no values',
    )
    .addOption(
      new Option('-f, --file <path>', 'file or folder, as with render; may be repeated')
        .argParser((path: string, before: string[] = []) => [...before, path])
        .makeOptionMandatory(),
    )
    .option('--kubeconfig <file>', 'of the cluster (default: as kubectl)');
  withDelimiters(command).action(async (flags: Flags) => {
    process.exitCode = await run(flags);
  });
}

/** 0 when nothing would change, 1 when something would, 2 when that cannot be told. */
async function run({ file, kubeconfig = process.env.KUBECONFIG, ...flags }: Flags): Promise<number> {
  const { manifests, problems } = readManifests(file);
  const { render } = await import('../local/render.ts');
  const rendering = await render(manifests, delimitersOf(flags));
  const wrong = [
    ...[...problems, ...rendering.problems].map(({ file: where, message }) => `${where}: ${message}`),
    ...rendering.parents.filter((parent) => readyOf(parent)?.status !== 'True').map(summary),
  ];
  for (const text of wrong) console.error(`error  ${text}`);

  const api = createKubeApi(kubeconfig === undefined ? {} : { kubeconfig });
  try {
    const live = targetSecrets(api);
    let changes = 0;
    for (const secret of rendering.secrets) {
      const { namespace = 'default', name } = secret.metadata;
      const found = difference(secret, await live.get(namespace, name));
      if (found.kind !== 'same') changes += 1;
      console.log(line(secret, found));
    }
    return wrong.length > 0 ? 2 : changes > 0 ? 1 : 0;
  } finally {
    api.close();
  }
}

function line({ metadata }: SecretObject, found: Difference): string {
  const where = `${metadata.namespace ?? 'default'}/${metadata.name}`;
  if (found.kind !== 'changed') return `${found.kind.padEnd(7)} ${where}`;
  const { added, removed, changed, type } = found;
  const parts = [
    ...added.map((key) => `+${key}`),
    ...removed.map((key) => `-${key}`),
    ...changed.map((key) => `~${key}`),
    ...(type === undefined ? [] : [`type ${type[0]} -> ${type[1]}`]),
  ];
  return `changed ${where}: ${parts.join(' ')}`;
}
