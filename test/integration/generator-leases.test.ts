// needs: vault
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { generatorRegistry } from '../../providers/generator-registry.ts';
import { memoryKube } from '../conformance/harness.ts';
import { externalSecret, meta, spec, startOfTests } from '../support/builders.ts';
import { setup } from '../support/one-external-secret.ts';
import { startVault, type Vault } from '../testbed/vault.ts';

const hour = 3_600_000;

describe('VaultDynamicSecret on a real Vault', () => {
  let vault: Vault;
  before(async () => {
    vault = await startVault();
    await vault.write('sys/mounts/ssh', {
      type: 'ssh',
      config: { default_lease_ttl: '20m', max_lease_ttl: '1h' },
    });
    await vault.write('ssh/roles/otp', { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' });
    await vault.policy(
      'maker',
      'path "ssh/creds/otp" { capabilities = ["update"] }\npath "auth/token/create" { capabilities = ["update"] }',
    );
    await vault.enableAuth('approle');
    await vault.write('auth/approle/role/app', { token_policies: 'maker', token_ttl: '40m' });
    await vault.write('auth/approle/role/short', { token_policies: 'maker', token_ttl: '5m' });
  });
  after(() => vault.stop());

  const dynamic = (fields: object = {}, role = 'app'): KubeObject => ({
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'VaultDynamicSecret',
    metadata: { name: 'otp', namespace: 'team-a' },
    spec: {
      path: 'ssh/creds/otp',
      method: 'POST',
      parameters: { ip: '10.1.2.3' },
      resultType: 'Data',
      allowEmptyResponse: false,
      provider: {
        server: vault.address,
        version: 'v2',
        auth: {
          appRole: {
            path: 'approle',
            roleRef: { name: role, key: 'role' },
            secretRef: { name: role, key: 'secret' },
          },
        },
      },
      ...fields,
    },
  });
  const leases = async (): Promise<string[]> => {
    const answer = await vault.read('sys/leases/lookup/ssh/creds/otp?list=true').catch(() => undefined);
    return (answer?.data as { keys?: string[] } | undefined)?.keys ?? [];
  };
  /** An ExternalSecret whose values a path of Vault makes. */
  const consumer = async (fields: object = {}, generator = dynamic()) => {
    const secrets: Record<string, Record<string, string>> = {};
    for (const role of ['app', 'short']) {
      const id = await vault.read(`auth/approle/role/${role}/role-id`);
      const secret = await vault.write(`auth/approle/role/${role}/secret-id`, {});
      secrets[`team-a/${role}`] = {
        role: (id as { data: { role_id: string } }).data.role_id,
        secret: (secret as { data: { secret_id: string } }).data.secret_id,
      };
    }
    const dataFrom = [{ sourceRef: { generatorRef: { kind: 'VaultDynamicSecret', name: 'otp' } } }];
    const parent = externalSecret(
      meta({ creationTimestamp: new Date(startOfTests).toISOString() }),
      spec({ data: undefined, secretStoreRef: undefined, refreshInterval: '8760h', dataFrom, ...fields }),
    );
    const given = setup(parent, {}, generatorRegistry, memoryKube(secrets, ''));
    given.world.generators.set('VaultDynamicSecret/otp', generator);
    return given;
  };
  const settle = async ({ pass, ready }: Awaited<ReturnType<typeof consumer>>) => {
    for (let i = 0; i < 20; i++) {
      await pass();
      if (ready()?.status === 'True') return;
    }
    assert.fail(ready()?.message ?? 'never ready');
  };

  test('N refreshes make exactly N leases, whatever passes come between; the lease that was made last lives', async () => {
    const before = await leases();
    const one = await consumer({ refreshInterval: '1h' });
    for (let refresh = 1; refresh <= 5; refresh++) {
      await settle(one);
      for (let i = 0; i < 4; i++) await one.pass();
      assert.equal((await leases()).length - before.length, refresh);
      one.world.now += hour;
    }
    assert.match(one.value('app', 'key'), /^[0-9a-f-]{36}$/);
    assert.equal(one.value('app', 'username'), 'ubuntu');
  });

  test('a lease is made anew before its end, although the interval is a year', async () => {
    const one = await consumer();
    await settle(one);
    const { renewTime = '' } = one.world.parent.status as { renewTime?: string };
    const minutes = (Date.parse(renewTime) - startOfTests) / 60_000;
    assert.ok(minutes >= 11.9 && minutes <= 14.1, `${minutes} of the lease's 20 minutes`);
    const key = one.value('app', 'key');
    one.world.now = Date.parse(renewTime) + 1_000;
    await settle(one);
    await one.pass();
    await one.pass();
    assert.notEqual(one.value('app', 'key'), key);
  });

  test('it ends with the token that made it, where that ends first', async () => {
    const one = await consumer({}, dynamic({}, 'short'));
    await settle(one);
    const { renewTime = '' } = one.world.parent.status as { renewTime?: string };
    const minutes = (Date.parse(renewTime) - startOfTests) / 60_000;
    assert.ok(minutes >= 2.9 && minutes <= 3.6, `${minutes} of the token's 5 minutes`);
  });

  test('a kill leaks at most one lease, which ends by itself', async () => {
    const before = await leases();
    const one = await consumer({ refreshInterval: '1h' });
    for (let kill = 1; kill <= 5; kill++) {
      await one.pass('fail');
      one.restart();
      await settle(one);
      one.restart();
      for (let i = 0; i < 3; i++) await one.pass();
      assert.equal(
        (await leases()).length - before.length,
        2 * kill,
        'the one that was lost, and the one in use',
      );
      one.world.now += hour;
    }
  });

  test('the token that a login gave is not revoked: its leases would go with it', async () => {
    const one = await consumer();
    await settle(one);
    const before = await leases();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual(await leases(), before);
  });

  test('resultType Auth gives a token and its end, Raw the whole answer', async () => {
    const path = { path: 'auth/token/create', parameters: { ttl: '10m', policies: ['default'] } };
    const auth = await consumer({}, dynamic({ ...path, resultType: 'Auth' }));
    await vault.policy('maker', 'path "*" { capabilities = ["create", "read", "update", "sudo"] }');
    await settle(auth);
    assert.match(auth.value('app', 'client_token'), /^hvs\./);
    assert.equal(auth.value('app', 'lease_duration'), '600');
    const { renewTime = '' } = auth.world.parent.status as { renewTime?: string };
    const minutes = (Date.parse(renewTime) - startOfTests) / 60_000;
    assert.ok(minutes >= 5.9 && minutes <= 7.1, `${minutes} of 10 minutes`);
    const raw = await consumer({}, dynamic({ ...path, resultType: 'Raw' }));
    await settle(raw);
    assert.deepEqual(JSON.parse(raw.value('app', 'auth')).lease_duration, 600);
  });

  test('what is refused, missing or empty is told, and nothing is written', async () => {
    for (const [fields, message] of [
      [{ path: 'ssh/creds/none' }, /the backend rejected the request for "ssh\/creds\/none"/],
      [
        { path: 'cubbyhole/none', method: 'GET' },
        /error using generator: the backend says that "cubbyhole\/none" does not exist/,
      ],
      [{ resultType: 'Auth' }, /has no property "?auth/],
    ] as const) {
      const one = await consumer({}, dynamic(fields));
      await one.pass();
      assert.match(one.ready()?.message ?? '', message);
      assert.equal(one.world.live.size, 0);
    }
    const allowed = await consumer(
      {},
      dynamic({ path: 'cubbyhole/none', method: 'GET', allowEmptyResponse: true }),
    );
    await allowed.pass();
    assert.equal(allowed.ready()?.status, 'True');
  });
});
