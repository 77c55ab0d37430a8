import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readServeConfig, type serveFlags } from '../../../server/config.ts';
import { ConfigError, environmentName } from '../../../server/flags.ts';

const token = { 'token-file': '/etc/token' };

test('what nobody says is the documented default', () => {
  assert.deepEqual(readServeConfig(token, {}), {
    port: 8443,
    authentication: 'required',
    tokenFiles: ['/etc/token'],
    fingerprintKeyFiles: ['/etc/token'],
    serviceAccountDir: '/var/run/secrets/kubernetes.io/serviceaccount',
    metricLabels: 'plain',
    logLevel: 'info',
    coalesceWindowMs: 10_000,
    shutdownDelayMs: 5_000,
    settings: {
      controllerClass: 'default',
      adopt: 'always',
      floodGate: true,
      clusterStores: 'on',
      watchTargets: false,
      genericTargets: 'refused',
      templateDelimiters: { left: '{{', right: '}}' },
      cleanUpDeadlineMs: 600_000,
      storeRequeueMs: 300_000,
      rolloutIntervalMs: 30_000,
    },
  });
});

test('every flag is heard on the command line and in the environment, and the command line wins', () => {
  const said: Record<keyof typeof serveFlags, [text: string, other: string]> = {
    host: ['::1', '10.0.0.1'],
    port: ['1', '2'],
    'metrics-port': ['3', '4'],
    'admission-port': ['5', '6'],
    'tls-cert-file': ['c', 'd'],
    'tls-key-file': ['k', 'l'],
    'tls-client-ca-file': ['e', 'f'],
    'token-file': ['t,u', 'v'],
    'fingerprint-key-file': ['p,q', 'r'],
    'insecure-no-auth': ['false', 'true'],
    kubeconfig: ['g', 'h'],
    'service-account-dir': ['i', 'j'],
    'controller-class': ['x', 'y'],
    adopt: ['never', 'always'],
    'unsafe-allow-generic-targets': ['true', 'false'],
    'template-left-delimiter': ['<<', '[['],
    'template-right-delimiter': ['>>', ']]'],
    'flood-gate': ['false', 'true'],
    'cluster-stores': ['off', 'on'],
    'watch-targets': ['true', 'false'],
    'push-clean-up-deadline': ['1m', '2m'],
    'store-requeue-interval': ['1m', '2m'],
    'rollout-interval': ['1s', '2s'],
    'coalesce-window': ['1s', '2s'],
    'extended-metric-labels': ['true', 'false'],
    'shutdown-delay': ['1s', '2s'],
    'log-level': ['debug', 'warn'],
  };
  const given = Object.fromEntries(Object.entries(said).map(([name, [text]]) => [name, text]));
  const variables = (index: 0 | 1) =>
    Object.fromEntries(Object.entries(said).map(([name, texts]) => [environmentName(name), texts[index]]));
  const expected = {
    host: '::1',
    port: 1,
    metricsPort: 3,
    admissionPort: 5,
    tls: { certFile: 'c', keyFile: 'k', clientCaFile: 'e' },
    authentication: 'required',
    tokenFiles: ['t', 'u'],
    fingerprintKeyFiles: ['p', 'q'],
    kubeconfig: 'g',
    serviceAccountDir: 'i',
    metricLabels: 'extended',
    logLevel: 'debug',
    coalesceWindowMs: 1_000,
    shutdownDelayMs: 1_000,
    settings: {
      controllerClass: 'x',
      adopt: 'never',
      floodGate: false,
      clusterStores: 'off',
      watchTargets: true,
      genericTargets: 'allowed',
      templateDelimiters: { left: '<<', right: '>>' },
      cleanUpDeadlineMs: 60_000,
      storeRequeueMs: 60_000,
      rolloutIntervalMs: 1_000,
    },
  };
  assert.deepEqual(readServeConfig(given, {}), expected);
  assert.deepEqual(readServeConfig({}, variables(0)), expected);
  assert.deepEqual(readServeConfig(given, variables(1)), expected);
});

test('without authentication only this machine can reach the hook, unless a host is said', () => {
  const open = { 'insecure-no-auth': 'true' };
  assert.equal(readServeConfig(open, {}).host, '127.0.0.1');
  assert.equal(readServeConfig({ ...open, host: '0.0.0.0' }, {}).host, '0.0.0.0');
  assert.equal(readServeConfig(open, {}).authentication, 'none');
});

test('$KUBECONFIG is used when no flag says otherwise', () => {
  assert.equal(readServeConfig(token, { KUBECONFIG: '/a:/b' }).kubeconfig, '/a:/b');
  assert.equal(readServeConfig({ ...token, kubeconfig: '/c' }, { KUBECONFIG: '/a' }).kubeconfig, '/c');
  assert.equal(readServeConfig(token, { KUBECONFIG: '' }).kubeconfig, undefined);
});

test('the variables that Kubernetes makes of Services called keyhook are not taken for settings', () => {
  const links = {
    KEYHOOK_PORT: 'tcp://10.96.0.1:443',
    KEYHOOK_SERVICE_HOST: '10.96.0.1',
    KEYHOOK_SERVICE_PORT: '443',
    KEYHOOK_SERVICE_PORT_HTTPS: '443',
    KEYHOOK_PORT_443_TCP: 'tcp://10.96.0.1:443',
    KEYHOOK_PORT_443_TCP_PROTO: 'tcp',
    KEYHOOK_PORT_443_TCP_PORT: '443',
    KEYHOOK_PORT_443_TCP_ADDR: '10.96.0.1',
    KEYHOOK_METRICS_PORT: 'tcp://10.96.0.2:9090',
    KEYHOOK_METRICS_SERVICE_HOST: '10.96.0.2',
    KEYHOOK_ADMISSION_PORT: 'tcp://10.96.0.3:9443',
  };
  const config = readServeConfig(token, links);
  assert.equal(config.port, 8443);
  assert.equal(config.metricsPort, undefined);
  assert.equal(config.admissionPort, undefined);
});

describe('a start is refused, with every reason and without a value', () => {
  const secret = 'hunter2';
  const cases: readonly [
    what: string,
    given: Record<string, string>,
    environment: Record<string, string>,
    says: RegExp,
  ][] = [
    ['without authentication', {}, {}, /--token-file .* --insecure-no-auth/],
    [
      'a webhook without TLS',
      { ...token, 'admission-port': '1' },
      {},
      /--admission-port needs --tls-cert-file/,
    ],
    [
      'with a token and without authentication at once',
      { ...token, 'insecure-no-auth': 'true' },
      {},
      /contradicts/,
    ],
    ['with VAULT_TOKEN', token, { VAULT_TOKEN: secret }, /^VAULT_TOKEN has to be unset/],
    ['with VAULT_SKIP_VERIFY', token, { VAULT_SKIP_VERIFY: secret }, /^VAULT_SKIP_VERIFY has to be unset/],
    ['with unverified TLS', token, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, /^NODE_TLS_REJECT_UNAUTHORIZED/],
    ['with a misspelt variable', token, { KEYHOOK_TOKEN_FLIE: secret }, /^KEYHOOK_TOKEN_FLIE is set/],
    ['with a certificate without a key', { ...token, 'tls-cert-file': 'x' }, {}, /go together/],
    ['with a key without a certificate', { ...token, 'tls-key-file': 'x' }, {}, /go together/],
    ['with a CA for clients and no TLS', { 'tls-client-ca-file': 'x' }, {}, /needs --tls-cert-file/],
    ['with a port that is none', { ...token, port: secret }, {}, /^--port has to be a port from 0 to 65535$/],
    ['with a port too high', { ...token, port: '65536' }, {}, /^--port/],
    ['with an empty file name', { 'token-file': '' }, {}, /--token-file/],
    ['with an empty file name in a list', { 'token-file': 'a,,b' }, {}, /--token-file/],
    [
      'with an interval that is none',
      { ...token, 'store-requeue-interval': secret },
      {},
      /^--store-requeue-interval/,
    ],
    ['with an interval too short', { ...token, 'store-requeue-interval': '1ms' }, {}, /from 10s to 24h$/],
    ['with a window too long', { ...token, 'coalesce-window': '1h' }, {}, /from 0s to 1m$/],
    ['with another word for adopt', { ...token, adopt: secret }, {}, /one of always, never$/],
    [
      'with a variable of another type',
      token,
      { KEYHOOK_FLOOD_GATE: secret },
      /^--flood-gate has to be true or false$/,
    ],
    ['with an unknown level', { ...token, 'log-level': secret }, {}, /trace, debug, info/],
  ];
  for (const [what, given, environment, says] of cases) {
    test(what, () => {
      assert.throws(
        () => readServeConfig(given, environment),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, says);
          assert.ok(!error.message.includes(secret));
          return true;
        },
      );
    });
  }

  test('all at once', () => {
    const wrong = () => readServeConfig({ port: 'x', adopt: 'x' }, { VAULT_TOKEN: 'x' });
    assert.throws(wrong, (error: Error) => error.message.split('\n').length === 4);
  });
});
