import { type Command, Option } from 'commander';
import { createKubeApi } from '../server/kube.ts';
import { KubeApiError } from '../server/kube-api.ts';

interface Flags {
  readonly apply?: true;
  readonly namespace?: string;
  readonly selector?: string;
  readonly kubeconfig?: string;
}

/** Adds the verb `migrate`: from External Secrets Operator to Keyhook, before the definitions are installed. */
export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description(
      'prepare a cluster of External Secrets Operator for Keyhook: mark its Secrets as children, take its webhooks and finalizers away; no value is touched',
    )
    .option('--dry-run', 'tell what would be done (the default)')
    .addOption(new Option('--apply', 'do it').conflicts('dryRun'))
    .option('-n, --namespace <name>', 'only there')
    .option('-l, --selector <labels>', 'only ExternalSecrets with these labels; all else stays')
    .option('--kubeconfig <file>', 'of the cluster (default: as kubectl)')
    .action(async (flags: Flags) => {
      process.exitCode = await run(flags);
    });
}

/** 0 when all is done (or nothing would have to be), 1 when there is something to do, 2 when it is refused or fails. */
async function run({
  apply,
  namespace,
  selector,
  kubeconfig = process.env.KUBECONFIG,
}: Flags): Promise<number> {
  const { migrate, readCluster } = await import('../local/migration/migrate.ts');
  const { planMigration } = await import('../local/migration/plan.ts');
  const selection = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(selector === undefined ? {} : { labelSelector: selector }),
  };
  const api = createKubeApi(kubeconfig === undefined ? {} : { kubeconfig });
  try {
    const plan = apply
      ? await migrate(api, selection, ({ what }) => console.log(`done     ${what}`))
      : planMigration(await readCluster(api, selection), Date.now());
    for (const note of plan.notes) console.log(`note     ${note}`);
    for (const refusal of plan.refusals) console.error(`refused  ${refusal}`);
    for (const { what } of plan.steps) console.log(`to do    ${what}`);
    if (plan.refusals.length > 0) return 2;
    return plan.steps.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof KubeApiError)) throw error;
    console.error(`error  the Kubernetes API answered ${error.status} ${error.reason}`);
    return 2;
  } finally {
    api.close();
  }
}
