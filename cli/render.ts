import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { controllerUidLabel, inputsAnnotation, markAnnotations } from '../composite-controllers/lib/names.ts';
import type { KubeObject, SecretObject } from '../composite-controllers/lib/objects.ts';
import { readManifests } from '../local/manifests.ts';
import { stringifyExact } from '../providers/kit/json/exact.ts';
import { type DelimiterFlags, delimitersOf, withDelimiters } from './delimiters.ts';
import { readyOf, summary } from './ready.ts';

interface Flags extends DelimiterFlags {
  readonly file: readonly string[];
  readonly output: 'yaml' | 'json';
  readonly showValues?: true;
}

/** Adds the verb `render`: what would the Secrets of these manifests be? For the CI of GitOps repositories. */
export function renderCommand(program: Command): void {
  const command = program
    .command('render')
    .description('read the backends of ExternalSecrets in files, without a cluster, and print the Secrets')
    .addOption(
      new Option(
        '-f, --file <path>',
        'file or folder with ExternalSecrets, stores and what they name; may be repeated',
      )
        .argParser((path: string, before: string[] = []) => [...before, path])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('-o, --output <format>', 'format of the Secrets').choices(['yaml', 'json']).default('yaml'),
    )
    .option('--show-values', 'print the values; without it, only their lengths');
  withDelimiters(command).action(async (flags: Flags) => {
    process.exitCode = await run(flags);
  });
}

/** Secrets to stdout, statuses and problems to stderr; 1 when anything is not as it should be. */
async function run({ file, output, showValues, ...flags }: Flags): Promise<number> {
  const { manifests, problems } = readManifests(file);
  // A verb loads what it needs: `serve` never loads the local API server.
  const { render } = await import('../local/render.ts');
  const rendering = await render(manifests, delimitersOf(flags));

  const show = showValues === true;
  const secrets = [
    ...rendering.secrets.map((secret) => presented(secret, show)),
    ...rendering.objects.map((object) => presentedObject(object, show)),
  ];
  process.stdout.write(
    output === 'json'
      ? `${stringifyExact({ apiVersion: 'v1', kind: 'List', items: secrets }, 2)}\n`
      : secrets.map((secret) => stringify(secret, { lineWidth: 0 })).join('---\n'),
  );
  const wrong = [...problems, ...rendering.problems];
  for (const { file: where, message } of wrong) console.error(`error  ${where}: ${message}`);
  for (const parent of rendering.parents) console.error(summary(parent));
  for (const { store, namespace, remoteKey, property, bytes } of rendering.pushes) {
    const place = property === undefined ? remoteKey : `${remoteKey}, property ${property},`;
    console.error(`push   ${place} into ${store}, from ${namespace}: ${bytes} bytes`);
  }
  if (rendering.parents.length === 0)
    console.error('error  the files hold no ExternalSecret, no PushSecret and no store');
  const allReady =
    rendering.parents.length > 0 && rendering.parents.every((parent) => readyOf(parent)?.status === 'True');
  return wrong.length === 0 && allReady ? 0 : 1;
}

function presented(secret: SecretObject, showValues: boolean): object {
  const data = Object.entries(secret.data ?? {}).map(([key, value]) => [
    key,
    showValues ? value : masked(value),
  ]);
  return {
    apiVersion: secret.apiVersion,
    kind: secret.kind,
    metadata: presentedMetadata(secret),
    type: secret.type,
    data: Object.fromEntries(data),
  };
}

/** A target of another kind: a value may be at any place in it. */
function presentedObject({ apiVersion, kind, metadata, ...rest }: KubeObject, showValues: boolean): object {
  const content = showValues ? rest : maskedTree(rest);
  return {
    apiVersion,
    kind,
    metadata: presentedMetadata({ apiVersion, kind, metadata }),
    ...(content as object),
  };
}

/** What differs from one rendering to the next says nothing to a reader. */
function presentedMetadata({ metadata }: KubeObject): object {
  const { name, namespace, finalizers } = metadata;
  const { [controllerUidLabel]: _uid, ...labels } = metadata.labels ?? {};
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([key]) => key !== inputsAnnotation && !markAnnotations.includes(key),
    ),
  );
  return { name, namespace, labels, annotations, ...(finalizers === undefined ? {} : { finalizers }) };
}

function maskedTree(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(maskedTree);
  if (typeof node !== 'object' || node === null) return `*** ${Buffer.byteLength(String(node))} bytes`;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, maskedTree(value)]));
}

function masked(base64: string): string {
  return `*** ${Buffer.from(base64, 'base64').length} bytes`;
}
