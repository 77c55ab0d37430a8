import type { Scenario } from '../conversation.ts';
import { configMap, mergePatch, namespace, secret } from './builders.ts';

/** Selectors, paths that lead nowhere, verbs that don't exist. */
const serving: Scenario = async (call) => {
  const { secrets, path } = await namespace(call, 'serving');
  const labelled = (name: string, labels: object) =>
    call('POST', secrets, secret(name, { metadata: { name, labels } }));
  await labelled('a', { app: 'x', tier: 'front' });
  await labelled('b', { app: 'y' });
  await labelled('c', {});
  const names = async (query: string) => {
    await call('GET', `${secrets}?${query}`);
  };
  for (const selector of [
    'app=x',
    'app==x',
    'app!=x',
    'app',
    '!app',
    'app in (x,y)',
    'app notin (x)',
    'app=x,tier=front',
    'tier in (front),app',
    'app=',
    '',
    'app in (x',
    'a b',
    'app>1',
  ])
    await names(`labelSelector=${encodeURIComponent(selector)}`);
  for (const selector of [
    'metadata.name=a',
    'metadata.name!=a',
    'metadata.namespace=serving',
    'metadata.labels=x',
  ])
    await names(`fieldSelector=${encodeURIComponent(selector)}`);
  await names('resourceVersion=99999999');
  await call('GET', '/api/v1/namespaces/absent/secrets');
  await call('GET', '/api/v1/namespaces/serving/inventions');
  await call('GET', '/apis/invented.example.com/v1/things');
  await call('POST', `${secrets}/a`, secret('a', {}));
  await call('PUT', secrets, secret('a', {}));
  await call('GET', `${secrets}/a/status`);
  await call('GET', `${secrets}?watch=true&resourceVersion=abc`);
  await call('GET', '/version/invented');
  await call('POST', `${path}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { kind: 'Secret', name: 'a', namespace: 'serving', uid: 'u' },
    reason: 'R',
    message: 'm',
    type: 'Warning',
    source: { component: 'c' },
    firstTimestamp: '2001-01-01T00:00:00Z',
    lastTimestamp: '2001-01-01T00:00:00Z',
    count: 1,
  });
  await call('POST', `${path}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'f' },
    involvedObject: { kind: 'Secret', name: 'a', namespace: 'default' },
    reason: 'R',
  });
  await call(
    'PATCH',
    `${path}/events/e`,
    { count: 2, message: 'n' },
    'application/strategic-merge-patch+json',
  );
  await call(
    'POST',
    `${path}/configmaps`,
    configMap('c', { data: { a: 'b' }, binaryData: { c: 'ZA==' }, immutable: false }),
  );
  await call('POST', `${path}/configmaps`, configMap('d', { data: { a: 'b' }, binaryData: { a: 'ZA==' } }));
};

/** Tokens of a ServiceAccount. */
const tokens: Scenario = async (call) => {
  const { path } = await namespace(call, 'tokens');
  await call('POST', `${path}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'sa', annotations: { a: 'b' } },
  });
  const ask = (name: string, spec: object) =>
    call('POST', `${path}/serviceaccounts/${name}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec,
    });
  await ask('sa', { audiences: ['vault'], expirationSeconds: 900 });
  await ask('sa', {});
  await ask('sa', { expirationSeconds: 60 });
  await ask('absent', {});
};

/** The events of a watch from a version on, as selectors let them through. */
const watching: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'watching');
  const { body } = await call('POST', secrets, secret('first', {}));
  const from = `watch=true&resourceVersion=${body.metadata.resourceVersion}`;
  await call('POST', secrets, secret('a', { metadata: { name: 'a', labels: { app: 'x' } } }));
  await call('POST', secrets, secret('b', { metadata: { name: 'b' } }));
  await mergePatch(call, `${secrets}/b`, { metadata: { labels: { app: 'x' } } });
  await mergePatch(call, `${secrets}/b`, { metadata: { labels: { app: 'x' } } });
  await mergePatch(call, `${secrets}/a`, { metadata: { labels: { app: 'y' } } });
  await mergePatch(call, `${secrets}/b`, { stringData: { k: 'v' }, metadata: { finalizers: ['x.io/a'] } });
  await call('DELETE', `${secrets}/a`);
  await call('DELETE', `${secrets}/b`);
  await mergePatch(call, `${secrets}/b`, { metadata: { finalizers: null } });
  await call('WATCH', `${secrets}?${from}`, 'b');
  await call('WATCH', `${secrets}?${from}&labelSelector=app%3Dx`, 'b');
  await call('WATCH', `${secrets}?${from}&fieldSelector=metadata.name%3Da`, 'a');
};

export const servingScenarios = { serving, tokens, watching };
