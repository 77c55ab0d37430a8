import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import type { Push, SecretMap, StoreScope } from '../../../../providers/kit/provider.ts';
import { webhook } from '../../../../providers/webhook/index.ts';
import type { WebhookSpec } from '../../../../providers/webhook/schema.ts';
import { providerTemplates } from '../../../../server/provider-templates.ts';
import { createTemplateRunner } from '../../../../server/templates.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { startHttpEndpoint } from '../../../fakes/http-endpoint.ts';
import { startRecordingProxy } from '../../../support/recording-proxy.ts';

const soon = () => AbortSignal.timeout(10_000);
const own: StoreScope = { kind: 'SecretStore', name: 's', namespace: 'team' };
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const texts = (map: SecretMap) => Object.fromEntries([...map].map(([key, value]) => [key, text(value)]));
const isError = (code: ProviderErrorCode, what?: RegExp) => (error: unknown) => {
  assert(error instanceof ProviderError && error.code === code, String(error));
  if (what !== undefined) assert.match(error.details.what ?? '', what);
  return true;
};
const rejects = (work: Promise<unknown>, code: ProviderErrorCode, what?: RegExp) =>
  assert.rejects(work, isError(code, what));

/** Secret `team/api` with a token, labelled unless told otherwise. */
function kubeWith(labels: Record<string, string> = { 'external-secrets.io/type': 'webhook' }): KubeReader {
  const base = memoryKube({ 'team/api': { token: 's3cret', 'a/b': 'not escaped' } }, '');
  return {
    ...base,
    async secret(namespace, name) {
      const secret = await base.secret(namespace, name);
      return secret && { ...secret, labels };
    },
  };
}

async function setup(t: TestContext, spec: Partial<WebhookSpec> = {}, scope = own, kube = kubeWith()) {
  const endpoint = await startHttpEndpoint('s3cret');
  t.after(() => endpoint.close());
  const runner = createTemplateRunner();
  t.after(() => runner.close());
  const deps = {
    credentials: createCredentials(scope, kube),
    templates: providerTemplates(runner, Date.now),
    now: Date.now,
    countCall: () => {},
  };
  const full: WebhookSpec = {
    headers: { Authorization: 'Bearer {{ .api.token }}' },
    secrets: [{ name: 'api', secretRef: { name: 'api' } }],
    ...spec,
    url: `${endpoint.url}${spec.url ?? '/{{ .remoteRef.key }}'}`,
  };
  const client = await webhook.connect(full, scope, deps);
  t.after(() => client.close());
  const reply = (path: string, body: string | Uint8Array, status = 200, type = 'application/json') =>
    endpoint.answer(path, status, { 'content-type': type }, body);
  return { endpoint, client, reply, last: () => endpoint.requests.at(-1) };
}

const push = (fields: Partial<Push> = {}): Push => ({
  remoteKey: 'k/1',
  secretKey: 'v',
  namespace: 'team',
  source: { data: new Map([['v', Buffer.from('pushed <&>')]]), type: '', labels: {}, annotations: {} },
  ...fields,
});

test('the URL has values of remoteRef escaped, and those of Secrets as they are', async (t) => {
  const { client, reply, last } = await setup(t, {
    url: '/x/{{ .remoteRef.key }}?v={{ .remoteRef.version }}&p={{ .remoteRef.property }}&n={{ .remoteRef.namespace }}&s={{ index .api "a/b" }}',
  });
  reply('/x/a%2Fb+%26c', 'value');
  await client.read({ key: 'a/b &c', version: '1 2', properties: ['p+q'] }, soon());
  assert.equal(last()?.url, '/x/a%2Fb+%26c?v=1+2&p=p%2Bq&n=team&s=not%20escaped');
});

test('body and headers have raw values, what is missing prints as in Go, and functions work', async (t) => {
  const { client, reply, last } = await setup(t, {
    method: 'POST',
    headers: { 'X-Key': '{{ .remoteRef.key | upper }}', 'X-None': '{{ .remoteRef.none }}' },
    body: '{"key": {{ .remoteRef.key | toJson }}}',
  });
  reply('/a%22b', 'value');
  await client.read({ key: 'a"b' }, soon());
  assert.equal(last()?.method, 'POST');
  assert.equal(text(last()?.body ?? new Uint8Array()), '{"key": "a\\"b"}');
  assert.deepEqual([last()?.headers['x-key'], last()?.headers['x-none']], ['A"B', '<no value>']);
});

test('what of an answer is the value', async (t) => {
  const document =
    '{"s":"RE\\/DACTED==","i":42,"big":9007199254740993,"half":2.5,"more":1.5,"neg":-0.4,"e":1e3,"t":true,"n":null,"o":{"b":"<","a":1.50},"list":[["first"],"x"],"none":[],"items":[{"id":1,"v":"one"},{"id":2,"v":"two"}]}';
  const rows: [jsonPath: string, value: string | ProviderErrorCode][] = [
    ['$.s', 'RE/DACTED=='],
    ['$.i', '42'],
    ['$.big', '9007199254740993'],
    ['$.half', '2'],
    ['$.more', '2'],
    ['$.neg', '-0'],
    ['$.e', '1000'],
    ['$.t', 'true'],
    ['$.n', ''],
    ['$.o', '{"a":1.5,"b":"\\u003c"}'],
    ['$.list', 'first'],
    ['$.none', 'PropertyMissing'],
    ['$.missing', 'PropertyMissing'],
    ['$.items[?(@.id==2)].v', 'two'],
    ['$.items[?(@.id==9)].v', 'PropertyMissing'],
    ['$..v', 'one'],
    ['$[', 'Rejected'],
  ];
  for (const [jsonPath, value] of rows) {
    const { client, reply } = await setup(t, { result: { jsonPath } });
    reply('/k', document);
    const secret = await client.read({ key: 'k' }, soon());
    if (/^[A-Z][a-zA-Z]+$/.test(value))
      assert.throws(() => secret.value(), isError(value as ProviderErrorCode), jsonPath);
    else assert.equal(text(secret.value()), value, jsonPath);
  }
});

test('without a JSONPath the value is the whole answer, to the byte', async (t) => {
  const { client, reply } = await setup(t);
  reply('/k', Uint8Array.of(0, 0xff, 10), 200, 'application/octet-stream');
  const secret = await client.read({ key: 'k' }, soon());
  assert.deepEqual([...secret.value()], [0, 0xff, 10]);
  assert.throws(() => secret.map(), isError('NotAnObject'));
});

test('keys are extracted from an object, or from the text of one, with their decimals', async (t) => {
  const { client, reply } = await setup(t, { result: { jsonPath: '{{ .remoteRef.property }}' } });
  reply('/k', '{"o":{"n":1.5,"b":true,"z":null,"in":{"b":1,"a":"<"}},"text":"{\\"x\\":1}","list":[1]}');
  const secret = await client.read({ key: 'k', properties: ['', '$.o', '$.text', '$.list'] }, soon());
  assert.deepEqual(texts(secret.map('$.o')), { n: '1.5', b: 'true', z: '', in: '{"a":"\\u003c","b":1}' });
  assert.deepEqual(texts(secret.map('$.text')), { x: '1' });
  assert.deepEqual([...secret.map().keys()], ['o', 'text', 'list']);
  assert.throws(() => secret.map('$.list'), isError('NotAnObject'));
});

test('each property is a request of its own, and one that is absent does not take the others along', async (t) => {
  const { client, reply, endpoint } = await setup(t, {
    url: '/{{ .remoteRef.key }}/{{ .remoteRef.property }}',
  });
  reply('/k/a', 'A');
  reply('/k/b', '{}', 404);
  const secret = await client.read({ key: 'k', properties: ['a', 'b'] }, soon());
  assert.equal(text(secret.value('a')), 'A');
  assert.throws(() => secret.value('b'), isError('NotFound'));
  assert.equal(endpoint.requests.length, 2);
  await rejects(client.read({ key: 'k', properties: ['b'] }, soon()), 'NotFound');
  reply('/k/b', '', 503);
  await rejects(client.read({ key: 'k', properties: ['a', 'b'] }, soon()), 'Unavailable');
});

test('what a status comes to; a page for people is no statement of absence', async (t) => {
  const rows: [status: number, type: string, body: string, code: ProviderErrorCode][] = [
    [404, 'application/json', '{}', 'NotFound'],
    [404, 'text/plain', 'nothing', 'NotFound'],
    [404, 'text/html; charset=utf-8', 'nothing', 'Malformed'],
    [404, 'text/plain', ' <!DOCTYPE html><p>x', 'Malformed'],
    [304, 'text/plain', '', 'Rejected'],
    [400, 'text/plain', 'x', 'Rejected'],
    [401, 'text/plain', 'x', 'LoginFailed'],
    [403, 'text/plain', 'x', 'Denied'],
    [429, 'text/plain', 'x', 'Throttled'],
    [500, 'text/plain', 'x', 'Unavailable'],
  ];
  const { client, reply } = await setup(t);
  for (const [status, type, body, code] of rows) {
    reply('/k', body, status, type);
    await rejects(client.read({ key: 'k' }, soon()), code);
  }
});

test('redirects are followed, with headers for their own origin only', async (t) => {
  const elsewhere = await startHttpEndpoint('s3cret');
  t.after(() => elsewhere.close());
  const { client, endpoint, reply } = await setup(t);
  endpoint.answer('/k', 302, { location: '/moved' });
  reply('/moved', 'here');
  assert.equal(text((await client.read({ key: 'k' }, soon())).value()), 'here');
  assert.equal(endpoint.requests.at(-1)?.headers.authorization, 'Bearer s3cret');
  endpoint.answer('/k', 307, { location: `${elsewhere.url}/there` });
  elsewhere.answer('/there', 200, {}, 'there');
  assert.equal(text((await client.read({ key: 'k' }, soon())).value()), 'there');
  assert.equal(elsewhere.requests[0]?.headers.authorization, undefined);
  endpoint.answer('/k', 302, { location: '/k' });
  await rejects(client.read({ key: 'k' }, soon()), 'Rejected');
});

test('an endpoint that does not answer is given up after the time of the store', async (t) => {
  const proxy = await startRecordingProxy('http://127.0.0.1:1');
  t.after(() => proxy.close());
  proxy.misbehave(/./, 'hang');
  const deps = {
    credentials: createCredentials(own, kubeWith()),
    templates: providerTemplates(createTemplateRunner(), Date.now),
    now: Date.now,
    countCall: () => {},
  };
  const client = await webhook.connect({ url: proxy.url, timeout: '50ms' }, own, deps);
  await rejects(client.read({ key: 'k' }, soon()), 'Timeout');
});

test('a Secret without its label is not sent anywhere, and a missing one is told', async (t) => {
  await rejects(
    setup(t, {}, own, kubeWith({})),
    'CredentialForbidden',
    /external-secrets\.io\/type: webhook/,
  );
  const secrets = [{ name: 'api', secretRef: { name: 'none' } }];
  await rejects(setup(t, { secrets }), 'CredentialMissing');
});

test('a template that fails is told by its field and place, without a value', async (t) => {
  const rows: [spec: Partial<WebhookSpec>, what: RegExp][] = [
    [{ url: '/{{ nothing }}' }, /^url: 1:/],
    [{ headers: { 'X-A': '{{ .api.token | fromJson }}{{ fail "no" }}' } }, /^headers\.X-A: /],
    [{ result: { jsonPath: '{{' } }, /^result\.jsonPath: /],
    [{ body: '{{ if }}' }, /^body: /],
    [{ headers: { 'X-A': '{{ .remoteRef.key }}\n' } }, /^headers\.X-A makes no header/],
    [{ headers: { 'X A': 'x' } }, /^headers\.X A makes no header/],
  ];
  for (const [spec, what] of rows) {
    const { client } = await setup(t, spec);
    const reading = client.read({ key: 'k' }, soon());
    await assert.rejects(reading, (error: Error) => !error.message.includes('s3cret'));
    await rejects(client.read({ key: 'k' }, soon()), 'StoreTemplateFailed', what);
  }
});

test('a key cannot break out of the URL', async (t) => {
  const { client, endpoint } = await setup(t, { url: '/keys/{{ .remoteRef.key }}/value' });
  await rejects(client.read({ key: '../../admin?x=#' }, soon()), 'NotFound');
  assert.equal(endpoint.requests.at(-1)?.url, '/keys/..%2F..%2Fadmin%3Fx%3D%23/value');
});

test('a push sends the value itself, or what the body makes of it, under any key', async (t) => {
  const { client, last } = await setup(t, { url: '/{{ .remoteRef.remoteKey }}' });
  assert.equal(await client.push!(push(), soon()), 'written');
  assert.deepEqual(
    [last()?.method, last()?.url, text(last()?.body ?? new Uint8Array())],
    ['POST', '/k%2F1', 'pushed <&>'],
  );
  const { secretKey: _, ...whole } = push();
  await client.push!(whole, soon());
  assert.equal(text(last()?.body ?? new Uint8Array()), '{"v":"pushed <&>"}');

  const shaped = await setup(t, {
    url: '/{{ .remoteRef.remoteKey }}',
    method: 'PUT',
    body: '{"{{ .remoteRef.secretKey }}": {{ index .remoteRef .remoteRef.remoteKey | toJson }}}',
  });
  await shaped.client.push!(push(), soon());
  assert.equal(shaped.last()?.method, 'PUT');
  assert.equal(text(shaped.last()?.body ?? new Uint8Array()), '{"v": "pushed \\u003c\\u0026\\u003e"}');
  const empty = await setup(t, { url: '/{{ .remoteRef.remoteKey }}', body: '{{ "" }}' });
  await empty.client.push!(push(), soon());
  assert.equal(empty.last()?.body.byteLength, 0);
});

test('a push that finds nothing at its address is no success and no absence', async (t) => {
  const { client, reply } = await setup(t, { url: '/{{ .remoteRef.remoteKey }}' });
  reply('/k%2F1', '{}', 404);
  await rejects(client.push!(push(), soon()), 'Rejected');
});

test('a deletion is a DELETE with its headers and an escaped key', async (t) => {
  const { client, endpoint, last } = await setup(t, { url: '/{{ .remoteRef.remoteKey }}', method: 'PUT' });
  endpoint.values.set('/k%2F1', Buffer.from('x'));
  assert.equal(await client.delete!({ remoteKey: 'k/1' }, soon()), 'deleted');
  assert.deepEqual([last()?.method, last()?.headers.authorization], ['DELETE', 'Bearer s3cret']);
  assert.equal(last()?.body.byteLength, 0);
  assert.equal(await client.delete!({ remoteKey: 'k/1' }, soon()), 'absent');
});

test('the check dials where requests go; a host that only a template tells is not known', async (t) => {
  const { client, endpoint } = await setup(t);
  assert.equal(await client.check(soon()), 'ready');
  await endpoint.close().catch(() => {});
  await rejects(client.check(soon()), 'Unavailable');
  const deps = {
    credentials: createCredentials(own, kubeWith()),
    templates: providerTemplates(createTemplateRunner(), Date.now),
    now: Date.now,
    countCall: () => {},
  };
  const templated = await webhook.connect({ url: 'https://{{ .remoteRef.key }}/x' }, own, deps);
  assert.equal(await templated.check(soon()), 'unknown');
  await rejects(
    webhook.connect(
      { url: 'https://x', auth: { ntlm: { usernameSecret: {}, passwordSecret: {} } } },
      own,
      deps,
    ),
    'Unsupported',
  );
});

test('a section is checked before it is used', () => {
  const paths = (spec: Partial<WebhookSpec>, kind: 'SecretStore' | 'ClusterSecretStore' = 'SecretStore') =>
    webhook.validate({ url: 'https://x', ...spec }, { ...own, kind }).map(({ path }) => path);
  const secrets = [{ name: 'a', secretRef: { name: 'b' } }];
  assert.deepEqual(paths({ secrets }), []);
  assert.deepEqual(paths({ url: '{{ .a.url }}' }), []);
  assert.deepEqual(paths({ url: 'ftp://x' }), ['url']);
  assert.deepEqual(paths({ secrets: [{ name: 'a', secretRef: {} }] }), ['secrets[0].secretRef']);
  assert.deepEqual(paths({ secrets }, 'ClusterSecretStore'), ['secrets[0].secretRef.namespace']);
  assert.deepEqual(paths({ secrets: [{ name: 'a', secretRef: { name: 'b', namespace: 'other' } }] }), [
    'secrets[0].secretRef.namespace',
  ]);
  assert.deepEqual(paths({ caProvider: { type: 'Secret', name: 'ca', key: 'k' } }, 'ClusterSecretStore'), [
    'caProvider.namespace',
  ]);
});
