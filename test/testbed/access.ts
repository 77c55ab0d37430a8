import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface User {
  readonly name: string;
  readonly groups?: readonly string[];
}

/** How to get into a cluster as somebody. */
export interface Access {
  readonly token: string;
  readonly kubeconfigPath: string;
}

/** The users of a cluster, known to it by static tokens. */
export interface Accounts {
  /** The file for `--token-auth-file`. */
  readonly tokensPath: string;
  /** Throws for a name that was not given. */
  access(name: string): Access;
  /** To be called once the cluster's CA is known. */
  writeKubeconfigs(server: string, caPem: string): Promise<void>;
}

/** Makes a token for each user and writes the API server's file of them. */
export async function createAccounts(dir: string, users: readonly User[]): Promise<Accounts> {
  const accounts = new Map<string, Access>();
  const lines: string[] = [];
  for (const { name, groups = [] } of users) {
    const token = randomBytes(24).toString('hex');
    accounts.set(name, { token, kubeconfigPath: join(dir, `kubeconfig-${accounts.size}.json`) });
    lines.push([token, name, name, groups.join(',')].map((field) => `"${field}"`).join(','));
  }
  const tokensPath = join(dir, 'tokens.csv');
  await writeFile(tokensPath, lines.join('\n'), { mode: 0o600 });

  return {
    tokensPath,
    access(name) {
      const found = accounts.get(name);
      if (found === undefined) throw new Error(`the cluster was started without a user ${name}`);
      return found;
    },
    async writeKubeconfigs(server, caPem) {
      for (const { token, kubeconfigPath } of accounts.values())
        await writeFile(kubeconfigPath, kubeconfig(server, caPem, token), { mode: 0o600 });
    },
  };
}

/** A kubeconfig in JSON, which is YAML. */
function kubeconfig(server: string, caPem: string, token: string): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'testbed', cluster }],
    users: [{ name: 'testbed', user: { token } }],
    contexts: [{ name: 'testbed', context: { cluster: 'testbed', user: 'testbed' } }],
    'current-context': 'testbed',
  });
}
