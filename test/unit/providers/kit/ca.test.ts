import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCa } from '../../../../providers/kit/ca.ts';
import { type CaProvider, createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import type { StoreScope } from '../../../../providers/kit/provider.ts';
import { createAuthority } from '../../../support/certificates.ts';

const pem = createAuthority().certPem;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const store: StoreScope = { kind: 'SecretStore', name: 'store', namespace: 'team' };
const clusterStore: StoreScope = { kind: 'ClusterSecretStore', name: 'store', namespace: undefined };
const object = (text: string) => ({
  uid: 'u',
  resourceVersion: '1',
  data: new Map([['ca', Buffer.from(text)]]),
});

function credentials(scope: StoreScope, content = pem) {
  const known = async (namespace: string, name: string) =>
    `${namespace}/${name}` === 'team/trust' ? object(content) : undefined;
  const kube: KubeReader = {
    secret: known,
    configMap: known,
    serviceAccount: async () => undefined,
    serviceAccountToken: async () => undefined,
  };
  return createCredentials(scope, kube);
}

test('caBundle is base64 of PEM, once or twice, and wins over caProvider', async () => {
  const absent: CaProvider = { type: 'ConfigMap', name: 'nobody', key: 'ca' };
  const urlSafe = Buffer.from(base64(pem)).toString('base64url');
  for (const caBundle of [base64(pem), base64(base64(pem)), urlSafe, base64(`${pem}\n${pem}`)]) {
    const ca = await readCa({ caBundle, caProvider: absent }, credentials(store));
    assert(ca?.includes(pem.trim()));
  }
  assert.equal(await readCa({}, credentials(store)), undefined);
  assert.equal(await readCa({ caBundle: '' }, credentials(store)), undefined);
});

test('caProvider is taken as it is, from a Secret or a ConfigMap', async () => {
  for (const type of ['Secret', 'ConfigMap'] as const) {
    const caProvider = { type, name: 'trust', key: 'ca' };
    assert.equal(await readCa({ caProvider }, credentials(store)), pem);
    const named = { ...caProvider, namespace: 'team' };
    assert.equal(await readCa({ caProvider: named }, credentials(clusterStore)), pem);
  }
});

test('what is no certificate, or lies where the store may not look, is refused', async () => {
  const trust = { type: 'Secret', name: 'trust', key: 'ca' } as const;
  const rows: [source: Parameters<typeof readCa>[0], scope: StoreScope, code: string, content?: string][] = [
    [{ caBundle: base64('no PEM at all') }, store, 'Misconfigured'],
    [{ caBundle: base64(pem.replace(/[A-Za-z0-9]{8}/, 'AAAAAAAA')) }, store, 'Misconfigured'],
    [{ caBundle: base64(pem.replaceAll('CERTIFICATE', 'PUBLIC KEY')) }, store, 'Misconfigured'],
    [{ caProvider: trust }, store, 'Misconfigured', base64(pem)],
    [{ caProvider: { ...trust, namespace: 'other' } }, store, 'CredentialForbidden'],
    [{ caProvider: trust }, clusterStore, 'Misconfigured'],
    [{ caProvider: { ...trust, key: 'none' } }, store, 'CredentialMissing'],
  ];
  for (const [source, scope, code, content] of rows) {
    await assert.rejects(
      readCa(source, credentials(scope, content)),
      (error) => error instanceof ProviderError && error.code === code,
      `${JSON.stringify(source).slice(0, 60)} ${code}`,
    );
  }
});
