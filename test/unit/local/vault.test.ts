import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLocalVault, type VaultFault } from '../../../local/vault.ts';
import { createCredentials } from '../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../providers/kit/errors.ts';
import { vault } from '../../../providers/vault/index.ts';
import { memoryKube } from '../../conformance/harness.ts';
import { http } from '../../support/http.ts';

test('the loopback Vault misbehaves on command, and a store recovers when it stops', async (t) => {
  const local = await startLocalVault();
  t.after(() => local.close());
  const headers = { 'x-vault-token': local.rootToken };
  await http({ url: `${local.url}/v1/kv/a`, method: 'POST', headers, body: '{"v":"a value"}' });
  const scope = { kind: 'SecretStore', name: 'store', namespace: 'team' } as const;
  const kube = memoryKube({ 'team/token': { token: local.rootToken } }, 'unused');
  const client = await vault.connect(
    {
      server: local.url,
      path: 'kv',
      version: 'v1',
      auth: { tokenSecretRef: { name: 'token', key: 'token' } },
    },
    scope,
    { credentials: createCredentials(scope, kube), now: Date.now, countCall: () => {} },
  );
  t.after(() => client.close());

  const rows: [fault: VaultFault, code: ProviderErrorCode][] = [
    ['forbidden', 'Denied'],
    ['html-404', 'Malformed'],
    ['wrong-mount', 'WrongMount'],
    ['throttled', 'Throttled'],
    ['server-error', 'Unavailable'],
    ['sealed', 'Unavailable'],
    ['garbage', 'Malformed'],
    ['half-body', 'Malformed'],
    ['reset', 'Unavailable'],
    ['hang', 'Timeout'],
    [{ slowMs: 60_000 }, 'Timeout'],
  ];
  for (const [fault, code] of rows) {
    local.misbehave(fault);
    const signal = AbortSignal.timeout(code === 'Timeout' ? 50 : 10_000);
    await assert.rejects(
      client.read({ key: 'a' }, signal),
      (error) => error instanceof ProviderError && error.code === code,
      `${JSON.stringify(fault)} has to be ${code}`,
    );
  }
  local.misbehave(undefined);
  const secret = await client.read({ key: 'a' }, AbortSignal.timeout(10_000));
  assert.equal(Buffer.from(secret.value('v')).toString(), 'a value');
  local.misbehave({ slowMs: 1 });
  await client.read({ key: 'a' }, AbortSignal.timeout(10_000));

  assert.equal(local.requests.get('POST /v1/kv/a'), 1);
  // A reset connection may be tried once more, and a refusal makes the store look at its token.
  // The two that ran out of time may have done so before they left.
  assert((local.requests.get('GET /v1/kv/a') ?? 0) >= rows.length);
  assert.deepEqual(
    [...local.requests.keys()],
    ['POST /v1/kv/a', 'GET /v1/kv/a', 'GET /v1/auth/token/lookup-self'],
  );
});
