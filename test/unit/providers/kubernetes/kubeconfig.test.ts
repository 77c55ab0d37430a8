import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import { readKubeconfig } from '../../../../providers/kubernetes/kubeconfig.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const server = 'https://10.0.0.1:6443/k8s/clusters/c-1';

function kubeconfig(user: object, cluster: object = { server }): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'other', cluster: { server: 'https://elsewhere' } },
      { name: 'c', cluster },
    ],
    users: [
      { name: 'other', user: { token: 'of-another-user' } },
      { name: 'u', user },
    ],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'ignored' } }],
    'current-context': 'x',
  });
}

test('server, CA and credentials are those of the current context', () => {
  const cluster = { server, 'certificate-authority-data': base64('ca'), 'insecure-skip-tls-verify': false };
  const withToken = readKubeconfig(kubeconfig({ token: 'secret-token\n' }, cluster));
  assert.equal(withToken.url.href, server);
  assert.deepEqual(withToken.http, { ca: 'ca' });
  assert.deepEqual(withToken.bearer, { kind: 'given', token: 'secret-token' });
  const user = { 'client-certificate-data': base64('cert'), 'client-key-data': base64('key') };
  const withCert = readKubeconfig(kubeconfig(user));
  assert.deepEqual(withCert.http, { identity: { cert: 'cert', key: 'key' } });
  assert.deepEqual(withCert.bearer, { kind: 'none' });
  const yaml = `
current-context: x
contexts: [{ name: x, context: { cluster: c, user: u } }]
clusters:
- { name: c, cluster: { server: "https://kube" } }
users:
- { name: u, user: { token: t } }
`;
  assert.deepEqual(readKubeconfig(yaml).bearer, { kind: 'given', token: 't' });
});

test('the paths of files are passed over: they would be those of the hook', () => {
  const cluster = { server, 'certificate-authority': '/etc/hosts' };
  const target = readKubeconfig(
    kubeconfig(
      { token: 't', tokenFile: '/etc/hosts', 'client-certificate': '/etc/hosts', 'client-key': '/x' },
      cluster,
    ),
  );
  assert.deepEqual([target.http, target.bearer], [{}, { kind: 'given', token: 't' }]);
});

test('what cannot or must not be used is refused, and nothing of the file is shown', () => {
  const marker = 'b3f1c0ffee-secret';
  const token = { token: marker };
  const rows: [text: string, code: ProviderErrorCode][] = [
    [kubeconfig({ exec: { command: marker } }), 'Misconfigured'],
    [kubeconfig({ ...token, exec: { command: marker } }), 'Misconfigured'],
    [kubeconfig({ ...token, 'auth-provider': { name: marker } }), 'Misconfigured'],
    [kubeconfig({ tokenFile: `/${marker}` }), 'Misconfigured'],
    [kubeconfig({ 'client-certificate-data': base64(marker) }), 'Misconfigured'],
    [kubeconfig({}), 'Misconfigured'],
    [kubeconfig(token, { server: `ftp://${marker}` }), 'Misconfigured'],
    [kubeconfig(token, {}), 'Misconfigured'],
    [kubeconfig(token).replace('"current-context":"x"', `"current-context":"${marker}"`), 'Misconfigured'],
    [`a: [${marker}`, 'Misconfigured'],
    [marker, 'Misconfigured'],
    ['', 'Misconfigured'],
    [`a: &a { token: ${marker} }\nb: *a`, 'Misconfigured'],
    [kubeconfig(token, { server, 'insecure-skip-tls-verify': true }), 'Unsupported'],
    [kubeconfig(token, { server, 'proxy-url': `http://${marker}` }), 'Unsupported'],
    [kubeconfig(token, { server, 'tls-server-name': marker }), 'Unsupported'],
    [kubeconfig({ username: marker, password: marker }), 'Unsupported'],
    [kubeconfig({ ...token, as: marker }), 'Unsupported'],
    [kubeconfig({ ...token, 'as-groups': [marker] }), 'Unsupported'],
  ];
  for (const [text, code] of rows) {
    assert.throws(
      () => readKubeconfig(text),
      (error) => {
        assert(error instanceof ProviderError);
        assert.equal(error.code, code, text);
        assert(!inspect(error, { showHidden: true, depth: 5 }).includes(marker));
        return true;
      },
    );
  }
});
