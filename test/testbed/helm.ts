import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { tempDir } from '../support/temp-dir.ts';
import { build } from './build.ts';

/** Options of a chart, as with `--set`. */
export type Values = Readonly<Record<string, string | number | boolean>>;

export interface Helm {
  /** What helm prints on stdout; rejects with its complaint. */
  run(...args: string[]): Promise<string>;
  /** The objects of a chart, without a cluster: what its hooks and notes hold is left out, its `crds` folder is not. */
  template(chart: string, values?: Values): Promise<KubeObject[]>;
}

/** Helm of {@link build}; it acts on the cluster of the kubeconfig. */
export async function createHelm(kubeconfig: string): Promise<Helm> {
  const program = join(await build('helm'), 'helm');
  const dir = tempDir('helm');
  const homes = { HELM_CACHE_HOME: dir, HELM_CONFIG_HOME: dir, HELM_DATA_HOME: dir };
  const run = (...args: string[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const options = {
      env: { ...process.env, ...homes, KUBECONFIG: kubeconfig },
      maxBuffer: 64 * 1024 * 1024,
    };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`helm ${args.join(' ')}: ${stderr}`));
    });
    return promise;
  };
  return {
    run,
    async template(chart, values = {}) {
      // A helm that `go build` made takes the cluster for a very old one unless told.
      const flags = ['--namespace', 'keyhook', '--kube-version', '1.34.0', '--include-crds'];
      return objectsOf(await run('template', 'keyhook', chart, ...flags, ...setFlags(values)));
    },
  };
}

/** The flags that set the values. */
export function setFlags(values: Values): string[] {
  return Object.entries(values).map(([path, value]) => `--set=${path}=${value}`);
}

/** The objects of a YAML text. */
export function objectsOf(text: string): KubeObject[] {
  return parseAllDocuments(text, { uniqueKeys: true })
    .map((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      return document.toJS() as KubeObject | null;
    })
    .filter((object) => object !== null);
}
