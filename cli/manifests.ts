import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  admissionConfiguration,
  crds,
  type DefinitionOptions,
  definitions,
  rolloutDefinition,
  type SecretKey,
} from '../composite-controllers/definitions.ts';
import { toYaml } from '../composite-controllers/yaml.ts';

/** What is to be installed. */
export interface ManifestOptions extends DefinitionOptions {
  /** Base URL of the validating webhook; absent: none is installed. */
  readonly admissionUrl?: string;
  /** Whether workloads are restarted that ask for it. */
  readonly rollout?: boolean;
}

/** YAML of the CRDs, the CompositeControllers and, when asked for, the webhook. Throws TypeError when a URL cannot be used. */
export function manifests({ admissionUrl, rollout, ...options }: ManifestOptions): string {
  const { caPem } = options;
  const webhooks =
    admissionUrl === undefined
      ? []
      : [admissionConfiguration({ admissionUrl, ...(caPem === undefined ? {} : { caPem }) })];
  return toYaml([
    ...crds(),
    ...definitions(options),
    ...(rollout === true ? [rolloutDefinition(options)] : []),
    ...webhooks,
  ]);
}

/** Adds the verb `manifests`, which prints {@link manifests} to standard output. */
export function manifestsCommand(program: Command): void {
  program
    .command('manifests')
    .description("print the CRDs and Metacontroller's definitions, for kubectl apply -f -")
    .requiredOption('--hook-url <url>', 'base URL at which Metacontroller reaches the hook')
    .addOption(
      new Option(
        '--selector <key=value>',
        'look after the objects with this label only; may be repeated',
      ).argParser(parseLabel),
    )
    .addOption(
      new Option(
        '--bearer-token-secret <namespace/name/key>',
        'Secret key with the token that Metacontroller sends',
      ).argParser(parseSecretKey),
    )
    .addOption(
      new Option(
        '--ca-file <path>',
        "CA of the hook's certificate, in PEM; it is written into the definitions",
      ),
    )
    .addOption(
      new Option(
        '--admission-url <url>',
        'base URL at which the API server reaches --admission-port of the hook: prints the validating webhook, too',
      ),
    )
    .option(
      '--rollout',
      'print what restarts workloads, too; grant the hook get and patch on Deployments, StatefulSets and DaemonSets',
    )
    .action((flags: Flags, command: Command) => {
      try {
        process.stdout.write(manifests(toOptions(flags)));
      } catch (error) {
        command.error(`error: ${(error as Error).message}`);
      }
    });
}

interface Flags {
  readonly hookUrl: string;
  readonly selector?: Record<string, string>;
  readonly bearerTokenSecret?: SecretKey;
  readonly caFile?: string;
  readonly admissionUrl?: string;
  readonly rollout?: boolean;
}

function toOptions({ caFile, ...rest }: Flags): ManifestOptions {
  return caFile === undefined ? rest : { ...rest, caPem: readPem(caFile) };
}

/** A PEM file without a private key, which would end up in an object that many may read. */
function readPem(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (!text.includes('-----BEGIN CERTIFICATE-----') || text.includes('PRIVATE KEY-----')) {
    throw new TypeError('--ca-file has to hold certificates in PEM, and nothing else');
  }
  return text;
}

function parseLabel(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const [key, value, ...rest] = text.split('=');
  if (!key || value === undefined || rest.length > 0) throw new InvalidArgumentError('expected key=value');
  return { ...earlier, [key]: value };
}

function parseSecretKey(text: string): SecretKey {
  const [namespace, name, key, ...rest] = text.split('/');
  if (!namespace || !name || !key || rest.length > 0) {
    throw new InvalidArgumentError('expected namespace/name/key');
  }
  return { namespace, name, key };
}
