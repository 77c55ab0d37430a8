import type { Scenario } from '../conversation.ts';
import { base64, mergePatch, namespace, secret } from './builders.ts';

/** Create, read, replace: defaults, folding of stringData, versions, writes that change nothing. */
const secretBasics: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'basics');
  await call(
    'POST',
    `${secrets}?fieldManager=one`,
    secret('a', { data: { k: base64('1') }, stringData: { s: 'x', k: '2' } }),
  );
  await call('POST', `${secrets}?fieldManager=one`, secret('a', {}));
  const { body } = await call('GET', `${secrets}/a`);
  await call('PUT', `${secrets}/a?fieldManager=one`, body);
  await call('PUT', `${secrets}/a?fieldManager=two`, body);
  await call('PUT', `${secrets}/a?fieldManager=two`, { ...body, data: { ...body.data, n: base64('new') } });
  await call('PUT', `${secrets}/a?fieldManager=two`, { ...body, data: { n: base64('stale') } });
  await call('PUT', `${secrets}/a?fieldManager=three`, secret('a', { data: { u: base64('unconditional') } }));
  await call(
    'PUT',
    `${secrets}/a?fieldManager=three`,
    secret('a', { data: { u: base64('unconditional') }, extra: 1 }),
  );
  await call(
    'PUT',
    `${secrets}/a`,
    secret('a', { metadata: { name: 'a', uid: '11111111-1111-4111-8111-111111111111' } }),
  );
  await call('PUT', `${secrets}/a`, secret('b', {}));
  await call('PUT', `${secrets}/none`, secret('none', {}));
  await call('GET', `${secrets}/none`);
  await call(
    'POST',
    secrets,
    secret('empty', { data: {}, metadata: { name: 'empty', labels: {}, annotations: null } }),
  );
  await call(
    'POST',
    secrets,
    secret('nulls', { data: { a: null, b: base64('b') }, type: null, immutable: null }),
  );
  await call('POST', secrets, secret('', { metadata: { generateName: 'gen-' } }));
  await call('POST', secrets, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'wrong-kind' } });
  await call('POST', secrets, { metadata: { name: 'no-kind' }, data: { a: base64('a') } });
  await call('POST', secrets, secret('elsewhere', { metadata: { name: 'elsewhere', namespace: 'default' } }));
  await call('POST', secrets, '{"apiVersion": "v1", ');
  await call('POST', '/api/v1/namespaces/absent/secrets', secret('a', {}));
  await call('POST', `${secrets}?dryRun=All`, secret('dry', {}));
  await call('GET', `${secrets}/dry`);
  await call('POST', `${secrets}?fieldValidation=Strict`, secret('strict', { extra: 1 }));
  await call('POST', secrets, secret('lenient', { extra: 1, metadata: { name: 'lenient', extra: 2 } }));
  await call('GET', secrets);
};

/** What the API server refuses in a Secret, and how it says so. */
const secretValidation: Scenario = async (call) => {
  const { secrets } = await namespace(call, 'validation');
  const post = (name: string, fields: object) => call('POST', secrets, secret(name, fields));
  await post('a', { data: { k: '?' } });
  await post('a', { data: { k: 'YQ' } });
  await post('a', { data: { k: 'YR==' } });
  await post('url-safe', { data: { k: '_-8=' } });
  await post('newline', { data: { k: 'Y\nQ==' } });
  await post('a', { data: { k: 1 } });
  await post('a', { data: [] });
  await post('a', { stringData: { k: {} } });
  await post('a', { type: 1 });
  await post('a', { immutable: 'yes' });
  await post('a', { data: { 'a b': '', '': '', '..': '', '..a': '', a_B: '' } });
  await post('proto', { data: JSON.parse('{"__proto__":"YQ==","constructor":"Yg=="}') });
  await post('a', { type: 'kubernetes.io/dockerconfigjson' });
  await post('a', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': 'no json' } });
  await post('docker', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{}' } });
  await post('a', { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': '[]' } });
  await post('a', { type: 'kubernetes.io/tls', data: {} });
  await post('tls', { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } });
  await post('a', { type: 'kubernetes.io/basic-auth' });
  await post('a', { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '' } });
  await post('a', { type: 'kubernetes.io/service-account-token' });
  await post('immutable', { immutable: true, data: { k: base64('1') } });
  await mergePatch(call, `${secrets}/immutable`, { data: { k: base64('2') } });
  await mergePatch(call, `${secrets}/immutable`, { immutable: false });
  await mergePatch(call, `${secrets}/immutable`, { immutable: null, data: { k: base64('2') } });
  await mergePatch(call, `${secrets}/immutable`, { metadata: { labels: { a: 'b' } } });
  await mergePatch(call, `${secrets}/tls`, { type: 'Opaque' });
  await mergePatch(call, `${secrets}/tls`, { type: null });
  const large = 'a'.repeat(1024 * 1024);
  await post('a', { stringData: { k: `${large}a` } });
  const just = await post('largest', { stringData: { k: large } });
  if (just.status !== 201) throw new Error('1 MiB is allowed');
};

export const secretScenarios = { secretBasics, secretValidation };
