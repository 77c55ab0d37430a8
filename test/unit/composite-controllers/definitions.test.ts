import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitions } from '../../../composite-controllers/definitions.ts';

const hookUrl = 'https://hook.example:8443';

interface Webhook {
  readonly url: string;
  readonly timeout: string;
  readonly responseUnMarshallMode: string;
  readonly caBundle?: object;
  readonly authorization?: object;
}

interface Spec {
  readonly generateSelector: boolean;
  readonly parentResource: Readonly<Record<string, unknown>>;
  readonly childResources?: readonly object[];
  readonly hooks: Readonly<Record<string, { readonly version: string; readonly webhook: Webhook }>>;
}

const specs = (options: Parameters<typeof definitions>[0]) =>
  Object.fromEntries(
    definitions(options).map((object) => [object.metadata.name, object.spec as unknown as Spec]),
  );

const webhooks = (options: Parameters<typeof definitions>[0]) =>
  Object.values(specs(options)).flatMap((spec) => Object.values(spec.hooks).map((hook) => hook.webhook));

test('each kind has its controller, and each hook its own path', () => {
  const urls = Object.entries(specs({ hookUrl })).map(([name, spec]) => [
    name,
    ...Object.values(spec.hooks).map(({ webhook }) => webhook.url),
  ]);
  assert.deepEqual(urls, [
    [
      'keyhook-externalsecret',
      `${hookUrl}/hooks/externalsecret/sync`,
      `${hookUrl}/hooks/externalsecret/customize`,
    ],
    [
      'keyhook-clusterexternalsecret',
      `${hookUrl}/hooks/clusterexternalsecret/sync`,
      `${hookUrl}/hooks/clusterexternalsecret/customize`,
    ],
    [
      'keyhook-pushsecret',
      `${hookUrl}/hooks/pushsecret/sync`,
      `${hookUrl}/hooks/pushsecret/finalize`,
      `${hookUrl}/hooks/pushsecret/customize`,
    ],
    [
      'keyhook-clusterpushsecret',
      `${hookUrl}/hooks/clusterpushsecret/sync`,
      `${hookUrl}/hooks/clusterpushsecret/customize`,
    ],
    [
      'keyhook-generatorstate',
      `${hookUrl}/hooks/generatorstate/sync`,
      `${hookUrl}/hooks/generatorstate/customize`,
    ],
    ['keyhook-secretstore', `${hookUrl}/hooks/secretstore/sync`],
    ['keyhook-clustersecretstore', `${hookUrl}/hooks/clustersecretstore/sync`],
  ]);
});

test('settings without which Metacontroller would delete, ignore or endlessly rewrite', () => {
  for (const [name, spec] of Object.entries(specs({ hookUrl }))) {
    assert.equal(spec.generateSelector, true, name);
    assert.equal(spec.parentResource.ignoreStatusChanges, true, name);
    const apiVersion = name.endsWith('pushsecret')
      ? 'external-secrets.io/v1alpha1'
      : name.endsWith('generatorstate')
        ? 'generators.external-secrets.io/v1alpha1'
        : 'external-secrets.io/v1';
    assert.equal(spec.parentResource.apiVersion, apiVersion, name);
    assert.equal(Object.hasOwn(spec, 'resyncPeriodSeconds'), false, name);
    for (const { version, webhook } of Object.values(spec.hooks)) {
      assert.equal(version, 'v2', name);
      assert.equal(webhook.responseUnMarshallMode, 'strict', name);
      assert.equal(webhook.timeout, '15s', name);
    }
  }
});

test('Secrets are children of ExternalSecrets and PushSecrets, and those of the kinds with Cluster, all updated in place', () => {
  const {
    'keyhook-externalsecret': one,
    'keyhook-clusterexternalsecret': many,
    'keyhook-clusterpushsecret': pushes,
    'keyhook-pushsecret': push,
    ...stores
  } = specs({ hookUrl });
  const updateStrategy = { method: 'InPlace' };
  for (const spec of [one, push])
    assert.deepEqual(spec?.childResources, [{ apiVersion: 'v1', resource: 'secrets', updateStrategy }]);
  assert.deepEqual(many?.childResources, [
    { apiVersion: 'external-secrets.io/v1', resource: 'externalsecrets', updateStrategy },
  ]);
  assert.deepEqual(pushes?.childResources, [
    { apiVersion: 'external-secrets.io/v1alpha1', resource: 'pushsecrets', updateStrategy },
  ]);
  for (const spec of Object.values(stores)) assert.equal(spec.childResources, undefined);
});

test('a selector narrows the parents of every kind that people write', () => {
  for (const [name, spec] of Object.entries(specs({ hookUrl, selector: { team: 'a' } }))) {
    const expected = name === 'keyhook-generatorstate' ? undefined : { matchLabels: { team: 'a' } };
    assert.deepEqual(spec.parentResource.labelSelector, expected, name);
  }
});

test('without options nothing is said about trust and credentials', () => {
  for (const webhook of webhooks({ hookUrl })) {
    assert.deepEqual(Object.keys(webhook), ['url', 'timeout', 'responseUnMarshallMode']);
  }
});

test('every hook carries the token and the CA', () => {
  const secret = { namespace: 'keyhook', name: 'token', key: 'token' };
  for (const webhook of webhooks({ hookUrl, bearerTokenSecret: secret, caPem: 'PEM' })) {
    assert.deepEqual(webhook.authorization, { type: 'Bearer', secretRef: secret });
    assert.deepEqual(webhook.caBundle, { inline: 'PEM' });
  }
  for (const webhook of webhooks({ hookUrl, caSecret: secret })) {
    assert.deepEqual(webhook.caBundle, { secretRef: secret });
  }
});

test('a base URL may end in a slash, or have a path', () => {
  assert.equal(webhooks({ hookUrl: 'http://h/base//' })[0]?.url, 'http://h/base/hooks/externalsecret/sync');
});

for (const bad of [
  'hook:8443',
  'ftp://hook',
  'not a url',
  'https://user:secret@hook',
  'https://hook/?token=secret',
  'https://hook/#x',
]) {
  test(`the URL ${bad} is refused, and not repeated in the error`, () => {
    assert.throws(
      () => definitions({ hookUrl: bad }),
      (error: Error) => error instanceof TypeError && !/secret/.test(error.message),
    );
  });
}
