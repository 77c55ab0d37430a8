import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generatorRegistry } from '../../../../providers/generator-registry.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import type { GenerateDeps } from '../../../../providers/kit/generator.ts';
import { gcp, key, kubeOf } from '../gcpsm/loopback.ts';

const auth = { secretRef: { secretAccessKeySecretRef: { name: 'key', key: 'json' } } };
const make = async (namespace = 'team') => {
  const kube = kubeOf({ secrets: { 'team/key': { json: JSON.stringify(key) } } });
  const deps: GenerateDeps = {
    credentials: createCredentials({ kind: 'SecretStore', name: 'g', namespace }, kube),
    now: Date.now,
    namespace,
    signal: AbortSignal.timeout(10_000),
    countCall() {},
  };
  const { values, until } = await generatorRegistry
    .get('GCRAccessToken')!
    .generate({ projectID: 'team-1', auth }, deps);
  return {
    texts: Object.fromEntries([...values].map(([name, value]) => [name, Buffer.from(value).toString()])),
    until: until ?? 0,
  };
};

test('GCRAccessToken: an access token as a login, and its end', async () => {
  const { texts, until } = await make();
  assert.equal(texts.username, 'oauth2accesstoken');
  assert.ok((texts.password ?? '').length > 5);
  assert.equal(texts.expiry, String(Math.floor(until / 1000)));
  assert.ok(until > Date.now() + 3_000_000 && until <= Date.now() + 3_600_000, `${until - Date.now()} ms`);
});

test('GCRAccessToken: the key is that of the own namespace', async () => {
  await assert.rejects(make('other'), { code: 'CredentialMissing' });
});

test('GCRAccessToken: a key that Google does not know is a failed login', async () => {
  gcp.keys.delete(key.client_email);
  await assert.rejects(make(), { code: 'LoginFailed' });
});
