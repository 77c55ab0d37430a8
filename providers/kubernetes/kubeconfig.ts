import { parse } from 'yaml';
import { ProviderError } from '../kit/errors.ts';
import { givenToken, type Target } from './target.ts';

type Section = Readonly<Record<string, unknown>>;

/** Fields that would run a program (of the kubeconfig's author) in the hook's pod. */
const programs = ['exec', 'auth-provider'];
/** Fields that change whom the hook trusts, where it connects to or who it is, and are not built. */
const notBuilt = {
  cluster: ['insecure-skip-tls-verify', 'tls-server-name', 'proxy-url'],
  user: ['username', 'password', 'as', 'as-uid', 'as-groups', 'as-user-extra'],
};

/**
 * The target of a kubeconfig's current context (kubernetes.io/docs/reference/config-api/kubeconfig.v1). It was written by
 * whoever may write the Secret, so it is data: programs are refused and the paths of files are passed over, since they would
 * be those of the hook's pod. Throws `Misconfigured` or `Unsupported`, and never a word of the file.
 */
export function readKubeconfig(text: string): Target {
  const config = sectionOf(parsed(text));
  const context = sectionOf(named(config, 'contexts', config['current-context']).context);
  const cluster = sectionOf(named(config, 'clusters', context.cluster).cluster);
  const user = sectionOf(named(config, 'users', context.user).user);
  for (const field of programs) {
    if (user[field] != null) throw unusable(`names a program (${field}), which is not run`);
  }
  for (const [section, fields] of [
    [cluster, notBuilt.cluster],
    [user, notBuilt.user],
  ] as const) {
    const used = fields.find((field) => section[field]);
    if (used !== undefined) throw new ProviderError('Unsupported', { what: `${used} in a kubeconfig` });
  }

  const url = URL.parse(stringOf(cluster.server) ?? '');
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw unusable('names no http or https server');
  const ca = pemOf(cluster['certificate-authority-data']);
  const cert = pemOf(user['client-certificate-data']);
  const key = pemOf(user['client-key-data']);
  const token = stringOf(user.token)?.trim();
  const identity = cert === undefined || key === undefined ? undefined : { cert, key };
  if (!token && identity === undefined) {
    throw unusable('holds neither a token nor client-certificate-data with client-key-data');
  }
  return {
    url,
    http: { ...(ca === undefined ? {} : { ca }), ...(identity === undefined ? {} : { identity }) },
    bearer: token ? givenToken(token) : { kind: 'none' },
  };
}

/** A parser's error quotes the file, and with it credentials, so none is passed on. */
function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent', maxAliasCount: 0 });
  } catch {
    throw unusable('is not YAML');
  }
}

/** The entry of that name; empty when there is none. */
function named(config: Section, list: string, name: unknown): Section {
  const entries = config[list];
  if (!Array.isArray(entries)) return {};
  return sectionOf(entries.find((entry) => sectionOf(entry).name === name));
}

function sectionOf(value: unknown): Section {
  return typeof value === 'object' && value !== null ? (value as Section) : {};
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function pemOf(value: unknown): string | undefined {
  const base64 = stringOf(value);
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString();
}

function unusable(why: string): ProviderError {
  return new ProviderError('Misconfigured', { what: `the kubeconfig of authRef ${why}` });
}
