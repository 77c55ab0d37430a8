import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { startLocalVault, type VaultGrant } from '../../local/vault.ts';
import { createAuthority } from '../support/certificates.ts';
import { http } from '../support/http.ts';
import { startVault } from '../testbed/vault.ts';

/** Roles of `auth/kubernetes` and, of each, the folders of both engines that it may read; empty for all. `writer` may write there. */
export const roles = { reader: [''], left: ['left/'], right: ['right/'], writer: [''] } as const;

export type Role = keyof typeof roles;

/** A Vault with the engines `secret` (v2) and `kv` (v1), the {@link roles}, and a token for each of them. */
export interface VaultHost {
  readonly address: string;
  readonly rootToken: string;
  readonly tokens: Readonly<Record<Role, string>>;
  write(path: string, json: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Revokes what logins at `auth/<mount>` gave. */
  expireLogins(mount: string): Promise<void>;
  stop(): Promise<void>;
}

/** Paths below `/v1/` that a role may read and list. */
function pathsOf(role: Role): string[] {
  return roles[role].flatMap((folder) => [
    `secret/data/${folder}`,
    `secret/metadata/${folder}`,
    `kv/${folder}`,
  ]);
}

function grantsOf(role: Role): VaultGrant[] {
  return role === 'writer' ? pathsOf(role).map((write) => ({ write })) : pathsOf(role);
}

/** The loopback Vault of `local/`. */
export async function localHost(): Promise<VaultHost> {
  const each = <T>(of: (role: Role) => T) =>
    Object.fromEntries((Object.keys(roles) as Role[]).map((role) => [role, of(role)])) as Record<Role, T>;
  const vault = await startLocalVault({ kubernetesRoles: each(grantsOf) });
  const call = async (method: string, path: string, body?: string) => {
    const { status } = await http({
      url: `${vault.url}/v1/${path}`,
      method,
      headers: { 'x-vault-token': vault.rootToken },
      ...(body === undefined ? {} : { body }),
    });
    if (status >= 300) throw new Error(`${status} to ${method} ${path}`);
  };
  return {
    address: vault.url,
    rootToken: vault.rootToken,
    tokens: each((role) => vault.createToken(grantsOf(role))),
    write: (path, json) => call('POST', path, json),
    remove: (path) => call('DELETE', path),
    expireLogins: async () => vault.revokeTokens(),
    stop: () => vault.close(),
  };
}

/** The real Vault of the testbed, with a TokenReview that knows everybody in place of a cluster. */
export async function realHost(): Promise<VaultHost> {
  const vault = await startVault();
  const review = await startTokenReview();
  await vault.enableKv('secret', 2);
  await vault.enableKv('kv', 1);
  await vault.enableAuth('kubernetes');
  await vault.write('auth/kubernetes/config', {
    kubernetes_host: review.url,
    kubernetes_ca_cert: review.caPem,
    token_reviewer_jwt: serviceAccountJwt,
    disable_local_ca_jwt: true,
  });
  const tokens: Record<string, string> = {};
  for (const role of Object.keys(roles) as Role[]) {
    const capabilities =
      role === 'writer' ? '"create", "read", "update", "delete", "list"' : '"read", "list"';
    const rules = pathsOf(role).map((path) => `path "${path}*" { capabilities = [${capabilities}] }`);
    await vault.policy(role, rules.join('\n'));
    await vault.write(`auth/kubernetes/role/${role}`, {
      bound_service_account_names: 'app',
      bound_service_account_namespaces: 'team',
      token_policies: [role],
      token_ttl: '1h',
    });
    const made = await vault.write('auth/token/create', { policies: [role], ttl: '1h' });
    const auth = made?.auth as { client_token: string } | undefined;
    tokens[role] = auth?.client_token ?? '';
  }
  return {
    address: vault.address,
    rootToken: vault.rootToken,
    tokens: tokens as Record<Role, string>,
    async write(path, json) {
      await vault.write(path, json);
    },
    remove: (path) => vault.remove(path),
    async expireLogins(mount) {
      await vault.write(`sys/leases/revoke-prefix/auth/${mount}/login`);
    },
    async stop() {
      await vault.stop();
      review.close();
    },
  };
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A token of ServiceAccount team/app, for those who do not look at its signature. */
export const serviceAccountJwt = [
  encoded({ alg: 'RS256', typ: 'JWT' }),
  encoded({
    iss: 'https://kubernetes.default.svc.cluster.local',
    sub: 'system:serviceaccount:team:app',
    iat: 1_700_000_000,
    exp: 4_000_000_000,
    'kubernetes.io': { namespace: 'team', serviceaccount: { name: 'app', uid: 'uid-of-app' } },
  }),
  Buffer.from('a signature that nobody checks').toString('base64url'),
].join('.');

/** The part of an API server that Vault asks (kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1). */
async function startTokenReview(): Promise<{ url: string; caPem: string; close(): void }> {
  const user = {
    username: 'system:serviceaccount:team:app',
    uid: 'uid-of-app',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:team'],
  };
  const authority = createAuthority();
  const { certPem, keyPem } = authority.issue({ commonName: 'kubernetes' });
  const server = createServer({ cert: certPem, key: keyPem }, (_, response) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        status: { authenticated: true, user },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: authority.certPem,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
