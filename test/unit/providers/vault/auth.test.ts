import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import { connectVault } from '../../../../providers/vault/client.ts';
import type { VaultSpec } from '../../../../providers/vault/schema.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { createAuthority } from '../../../support/certificates.ts';
import { connect, proxy, rejects, signal, text } from './loopback.ts';
import { startStub } from './stub.ts';

type Auth = NonNullable<VaultSpec['auth']>;

const key = (name: string) => ({ name: 'secrets', key: name });
const serviceAccountRef = { name: 'app' };
const secrets = { id: ' role-id\n', secret: 'secret-id\n', password: ' pass word\n', jwt: 'a.b.c\n' };

/** Method, path below `auth/` and body of the login, by spec providers 3.1. */
const logins: readonly [auth: Auth, path: string, body: object][] = [
  [
    { appRole: { path: 'approle', roleId: ' given ', roleRef: key('id'), secretRef: key('secret') } },
    'approle/login',
    { role_id: 'given', secret_id: 'secret-id' },
  ],
  [
    { appRole: { path: 'team/roles', roleRef: key('id'), secretRef: key('secret') } },
    'team/roles/login',
    { role_id: 'role-id', secret_id: 'secret-id' },
  ],
  [
    { ldap: { path: 'ldap', username: ' CORP\\jane doe ', secretRef: key('password') } },
    'ldap/login/CORP%5Cjane%20doe',
    { password: ' pass word\n' },
  ],
  [
    { userPass: { path: 'userpass', username: 'jane', secretRef: key('password') } },
    'userpass/login/jane',
    { password: ' pass word\n' },
  ],
  [{ jwt: { path: 'jwt', secretRef: key('jwt') } }, 'jwt/login', { role: '', jwt: 'a.b.c' }],
  [
    { jwt: { path: 'oidc', role: ' app ', kubernetesServiceAccountToken: { serviceAccountRef } } },
    'oidc/login',
    { role: 'app', jwt: 'a-jwt' },
  ],
];

test('each method logs in as Vault documents it, in the namespace of the login', async (t) => {
  for (const [auth, path, body] of logins) {
    const vault = await startStub(t);
    const client = await vault.connect(
      { auth: { ...auth, namespace: 'people' }, namespace: 'apps' },
      secrets,
    );
    assert.equal(vault.proxy.requests.length, 0, 'no login before the first read');
    const reads = Array.from({ length: 20 }, () => client.read({ key: 'x' }, signal()));
    for (const secret of await Promise.all(reads)) assert.equal(text(secret.value('a')), 'b');
    await client.close();
    const [login, ...others] = vault.proxy.requests;
    assert.equal(`${login?.method} ${login?.path}`, `POST /v1/auth/${path}`);
    assert.deepEqual(JSON.parse(String(login?.body)), body);
    assert.equal(login?.headers['x-vault-namespace'], 'people');
    assert.equal(login?.headers['x-vault-token'], undefined);
    const revocation = others.pop();
    assert.equal(revocation?.path, '/v1/auth/token/revoke-self');
    assert.equal(revocation?.headers['x-vault-namespace'], 'people');
    assert.equal(others.length, 20, 'one login serves all');
    for (const { headers } of others) {
      assert.equal(headers['x-vault-token'], 'a-token');
      assert.equal(headers['x-vault-namespace'], 'apps');
    }
  }
});

test('a login that Vault refuses fails the store, whatever the method', async (t) => {
  for (const [auth] of logins) {
    const client = await connect(t, { server: proxy.url, version: 'v2', path: 'secret', auth }, secrets);
    await rejects(client.read({ key: 'x' }, signal()), 'LoginFailed');
    await rejects(client.check(signal()), 'LoginFailed');
  }
});

test('a ServiceAccount token is asked for with the audiences and the lifetime of spec providers 1.9', async () => {
  const source = { serviceAccountRef: { name: 'app', audiences: ['own'] } };
  const rows: [NonNullable<NonNullable<Auth['jwt']>['kubernetesServiceAccountToken']>, string[], number][] = [
    [source, ['vault', 'own'], 600],
    [{ ...source, audiences: [] }, ['own'], 600],
    [{ ...source, audiences: ['a', 'b'], expirationSeconds: 900 }, ['a', 'b', 'own'], 900],
  ];
  for (const [kubernetesServiceAccountToken, audiences, expirationSeconds] of rows) {
    const asked: unknown[] = [];
    const kube: KubeReader = {
      ...memoryKube({}, ''),
      async serviceAccountToken(namespace, name, request) {
        asked.push([namespace, name, request]);
        return undefined;
      },
    };
    const scope = { kind: 'SecretStore', name: 'store', namespace: 'team' } as const;
    const auth = { jwt: { path: 'jwt', kubernetesServiceAccountToken } };
    const client = await connectVault({ server: proxy.url, version: 'v2', auth }, scope, {
      credentials: createCredentials(scope, kube),
      now: Date.now,
      countCall: () => {},
    });
    await rejects(client.read({ key: 'x' }, signal()), 'CredentialMissing');
    assert.deepEqual(asked, [['team', 'app', { audiences, expirationSeconds }]]);
    await client.close();
  }
});

test('credentials that are missing or cannot be used are told before anything is sent', async (t) => {
  const authority = createAuthority();
  const [mine, other] = [authority.issue({ commonName: 'a' }), authority.issue({ commonName: 'b' })];
  const cert = { path: 'cert', clientCert: key('cert'), secretRef: key('key') };
  const from = proxy.requests.length;
  const rows: [auth: Auth, secrets: Record<string, string>, code: 'CredentialMissing' | 'Misconfigured'][] = [
    [{ appRole: { path: 'approle', roleId: 'x', secretRef: key('secret') } }, {}, 'CredentialMissing'],
    [{ appRole: { path: 'approle', secretRef: key('secret') } }, secrets, 'Misconfigured'],
    [{ ldap: { path: 'ldap', username: 'x' } }, secrets, 'Misconfigured'],
    [{ userPass: { path: 'userpass', username: ' ', secretRef: key('password') } }, secrets, 'Misconfigured'],
    [{ jwt: { path: 'jwt' } }, secrets, 'Misconfigured'],
    [{ cert: { path: 'cert' } }, secrets, 'Misconfigured'],
    [{ cert }, { cert: mine.certPem }, 'CredentialMissing'],
    [{ cert }, { cert: mine.certPem, key: 'no key' }, 'Misconfigured'],
    [{ cert }, { cert: mine.certPem, key: other.keyPem }, 'Misconfigured'],
  ];
  for (const [auth, held, code] of rows) {
    const spec = { server: proxy.url, version: 'v2', path: 'secret', auth } as const;
    const read = connect(t, spec, held).then((client) => client.read({ key: 'x' }, signal()));
    await rejects(read, code);
  }
  assert.equal(proxy.requests.length, from);
});
