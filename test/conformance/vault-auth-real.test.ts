// needs: vault
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCredentials } from '../../providers/kit/credentials.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import { vault as provider } from '../../providers/vault/index.ts';
import { createAuthority, type Identity } from '../support/certificates.ts';
import { startVault } from '../testbed/vault.ts';
import { identityCases } from './cases-identity.ts';
import { vaultHarnesses } from './harness/vault.ts';
import { memoryKube } from './harness.ts';
import { conformance } from './kit.ts';
import { realHost } from './vault-host.ts';
import { appRole, jwt, userPass } from './vault-logins.ts';

const variants = [
  ['v2', 'appRole', appRole],
  ['v2', 'userPass', userPass],
  ['v2', 'jwt', jwt],
] as const;
for (const harness of vaultHarnesses('real', realHost, variants)) await conformance(harness, identityCases);

test('a client certificate logs in, and stays on the connections of the reads', async (t) => {
  const authority = createAuthority();
  const [server, administrator] = ['vault', 'administrator'].map((commonName) =>
    authority.issue({ commonName }),
  ) as [Identity, Identity];
  // No connection without a certificate of the authority.
  const clients = { caPem: authority.certPem, identity: administrator };
  const vault = await startVault({ tls: { server, caPem: authority.certPem, clients } });
  t.after(() => vault.stop());
  await vault.enableKv('secret', 2);
  await vault.write('secret/data/x', { data: { a: 'b' } });
  await vault.policy('read', 'path "secret/data/*" { capabilities = ["read"] }');
  await vault.enableAuth('cert');
  await vault.write('auth/cert/certs/apps', {
    certificate: authority.certPem,
    allowed_common_names: 'app',
    token_policies: ['read'],
  });

  const connect = async (commonName: string, vaultRole?: string) => {
    const { certPem, keyPem } = authority.issue({ commonName });
    const scope = { kind: 'SecretStore', name: 'vault', namespace: 'team' } as const;
    const kube = memoryKube({ 'team/identity': { 'tls.crt': certPem, 'tls.key': keyPem } }, '');
    const auth = {
      cert: {
        path: 'cert',
        clientCert: { name: 'identity', key: 'tls.crt' },
        secretRef: { name: 'identity', key: 'tls.key' },
        ...(vaultRole === undefined ? {} : { vaultRole }),
      },
    };
    const calls: string[] = [];
    const client = await provider.connect(
      {
        server: vault.address,
        path: 'secret',
        version: 'v2',
        caBundle: Buffer.from(authority.certPem).toString('base64'),
        auth,
      },
      scope,
      {
        credentials: createCredentials(scope, kube),
        now: Date.now,
        countCall: (call, outcome) => calls.push(`${call} ${outcome}`),
      },
    );
    t.after(() => client.close());
    return { client, calls };
  };
  const soon = () => AbortSignal.timeout(20_000);

  for (const role of [undefined, 'apps']) {
    const { client, calls } = await connect('app', role);
    const reads = Array.from({ length: 10 }, () => client.read({ key: 'x' }, soon()));
    for (const secret of await Promise.all(reads))
      assert.equal(Buffer.from(secret.value('a')).toString(), 'b');
    assert.equal(await client.check(soon()), 'ready');
    assert.equal(calls.filter((call) => call === 'Login success').length, 1);
    await client.close();
    assert.equal(calls.at(-1), 'RevokeSelf success');
  }
  for (const [name, role] of [['stranger', undefined] as const, ['app', 'unknown'] as const]) {
    const { client } = await connect(name, role);
    const refused = (error: unknown) => error instanceof ProviderError && error.code === 'LoginFailed';
    await assert.rejects(client.read({ key: 'x' }, soon()), refused);
    await assert.rejects(client.check(soon()), refused);
  }
});
