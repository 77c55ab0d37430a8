import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { KubeObject } from '../composite-controllers/lib/objects.ts';
import { issueCertificate, type Signer } from '../composite-controllers/template/crypto/issue.ts';
import { pemOf } from '../composite-controllers/template/crypto/pem.ts';
import { readCertificate } from '../composite-controllers/template/crypto/x509.ts';
import { toYaml } from '../composite-controllers/yaml.ts';
import { fromByteText } from '../providers/kit/json/byte-text.ts';

/** What the two Secrets are made for. */
export interface CredentialsOptions {
  readonly namespace: string;
  /** Of the hook; the Secrets are called after it. */
  readonly service: string;
  /** Validity of the certificate and its authority. */
  readonly days: number;
  /** Seconds since 1970. */
  readonly now: number;
  /** The Secrets that are replaced: their authority stays trusted, and their token accepted. */
  readonly before?: readonly KubeObject[];
}

/**
 * The Secrets `<service>-tls` (a certificate for the Service, with an authority whose key is thrown away) and
 * `<service>-token` (what Metacontroller sends, and what the hook accepts).
 */
export function credentials({
  namespace,
  service,
  days,
  now,
  before = [],
}: CredentialsOptions): KubeObject[] {
  const former = (name: string, key: string): string => {
    const secret = before.find(({ metadata }) => metadata.name === name) as SecretLike | undefined;
    return Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
  };
  const hosts = [`${service}.${namespace}.svc`, `${service}.${namespace}`, service];
  const [authorityKey, key] = [newKey(), newKey()];
  const issue = (commonName: string, role: 'authority' | 'leaf', owner: KeyObject, signer: Signer) =>
    issueCertificate(
      {
        commonName,
        addresses: [],
        dnsNames: role === 'leaf' ? hosts : [],
        // Clocks differ.
        from: now - 3_600,
        until: now + days * 86_400,
        role,
        serial: Uint8Array.from([1, ...randomBytes(15)]),
        publicKey: owner,
      },
      signer,
    );
  const authority = issue(`${service} CA`, 'authority', authorityKey.public, {
    key: authorityKey.private,
    certificate: undefined,
  });
  const signer = {
    key: authorityKey.private,
    certificate: readCertificate(fromByteText(Buffer.from(authority).toString('latin1'))),
  };
  const certificate = issue(hosts[0] as string, 'leaf', key.public, signer);
  const [tls, token] = [`${service}-tls`, `${service}-token`];
  const [trusted] = former(tls, 'ca.crt').match(
    /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n?/,
  ) ?? [''];
  const secretToken = randomBytes(36).toString('base64url');
  return [
    secretOf(namespace, tls, 'kubernetes.io/tls', {
      'tls.crt': pemOf('CERTIFICATE', certificate),
      'tls.key': key.private.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'ca.crt': pemOf('CERTIFICATE', authority) + trusted,
    }),
    secretOf(namespace, token, 'Opaque', {
      token: secretToken,
      accepted: `${secretToken}\n${former(token, 'token')}`.trim(),
    }),
  ];
}

type SecretLike = KubeObject & { readonly data?: Readonly<Record<string, string>> };

function newKey(): { readonly public: KeyObject; readonly private: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { public: publicKey, private: privateKey };
}

function secretOf(namespace: string, name: string, type: string, texts: Record<string, string>): KubeObject {
  const entries = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type,
    data: Object.fromEntries(entries),
  } as KubeObject;
}

/** Adds the verb `credentials`, which prints {@link credentials}. */
export function credentialsCommand(program: Command): void {
  program
    .command('credentials')
    .description("print Secrets with the hook's certificate and token, for kubectl apply -f -")
    .option('--namespace <name>', 'namespace of the hook', 'keyhook')
    .option('--service <name>', 'Service of the hook', 'keyhook')
    .option('--days <number>', 'how long the certificate is valid', parseDays, 3_650)
    .option('--before <file>', 'the Secrets to replace, from kubectl get -o json; - reads standard input')
    .action(
      (flags: { namespace: string; service: string; days: number; before?: string }, command: Command) => {
        const { before, ...rest } = flags;
        try {
          const now = Math.floor(Date.now() / 1_000);
          const former = before === undefined ? {} : { before: readSecrets(before) };
          process.stdout.write(toYaml(credentials({ ...rest, now, ...former })));
        } catch (error) {
          command.error(`error: ${(error as Error).message}`);
        }
      },
    );
}

/** Throws a text without content of the file. */
function readSecrets(path: string): KubeObject[] {
  try {
    const found = JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'));
    return found.kind === 'List' ? found.items : [found];
  } catch {
    throw new Error('--before has to be what kubectl get -o json prints');
  }
}

function parseDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 36_500)
    throw new InvalidArgumentError('expected 1 to 36500');
  return days;
}
