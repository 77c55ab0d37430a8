import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { generatorRegistry } from '../../../../providers/generator-registry.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { GenerateDeps } from '../../../../providers/kit/generator.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import { providerTemplates } from '../../../../server/provider-templates.ts';
import { createTemplateRunner } from '../../../../server/templates.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { startHttpEndpoint } from '../../../fakes/http-endpoint.ts';

const webhook = generatorRegistry.get('Webhook')!;

async function setup(t: TestContext, spec: object = {}, labels = { 'external-secrets.io/type': 'webhook' }) {
  const endpoint = await startHttpEndpoint('s3cret');
  t.after(() => endpoint.close());
  const runner = createTemplateRunner();
  t.after(() => runner.close());
  const base = memoryKube({ 'team/api': { token: 's3cret' }, 'other/ca': { pem: 'x' } }, '');
  const asked: string[] = [];
  const kube: KubeReader = {
    ...base,
    async secret(namespace, name) {
      asked.push(`${namespace}/${name}`);
      const secret = await base.secret(namespace, name);
      return secret && { ...secret, labels };
    },
  };
  const deps: GenerateDeps = {
    credentials: createCredentials({ kind: 'SecretStore', name: 'g', namespace: 'team' }, kube),
    templates: providerTemplates(runner, Date.now),
    now: Date.now,
    namespace: 'team',
    signal: AbortSignal.timeout(10_000),
    countCall() {},
  };
  const full = {
    headers: { Authorization: 'Bearer {{ .api.token }}' },
    secrets: [{ name: 'api', secretRef: { name: 'api' } }],
    result: { jsonPath: '$.data' },
    url: `${endpoint.url}/make`,
    ...spec,
  };
  const make = async () => {
    const { values } = await webhook.generate(full, deps);
    return Object.fromEntries([...values].map(([key, value]) => [key, Buffer.from(value).toString()]));
  };
  return { endpoint, make, asked };
}
const json = { 'content-type': 'application/json' };

test('the keys of what the path leads to', async (t) => {
  const { endpoint, make } = await setup(t, { method: 'POST', body: '{"as":"{{ .api.token }}"}' });
  endpoint.answer('/make', 200, json, '{"data":{"user":"u","n":12345678901234567890}}');
  assert.deepEqual(Object.keys(await make()), ['user', 'n']);
  const sent = endpoint.requests.at(-1);
  assert.deepEqual(
    [sent?.method, sent?.headers.authorization, String(sent?.body)],
    ['POST', 'Bearer s3cret', '{"as":"s3cret"}'],
  );
});

test('a Secret without the label is not sent anywhere', async (t) => {
  const { endpoint, make } = await setup(t, {}, { 'external-secrets.io/type': 'other' });
  await assert.rejects(make(), { code: 'CredentialForbidden' });
  assert.equal(endpoint.requests.length, 0);
});

test('CVE-2026-42875: a CA from another namespace is refused, and not read', async (t) => {
  for (const type of ['Secret', 'ConfigMap']) {
    const caProvider = { type, name: 'ca', namespace: 'other', key: 'pem' };
    const { make, asked, endpoint } = await setup(t, { caProvider });
    await assert.rejects(make(), { code: 'CredentialForbidden' });
    assert.deepEqual(asked, ['team/api']);
    assert.equal(endpoint.requests.length, 0);
  }
});

test('a Secret of another namespace is looked for in the own one', async (t) => {
  const secrets = [{ name: 'api', secretRef: { name: 'api', namespace: 'other' } }];
  const { endpoint, make, asked } = await setup(t, { secrets });
  endpoint.answer('/make', 200, json, '{"data":{"a":"b"}}');
  assert.deepEqual(await make(), { a: 'b' });
  assert.deepEqual(asked, ['team/api']);
});

test('refusals, pages and answers without keys are told without the words of the endpoint', async (t) => {
  const { endpoint, make } = await setup(t);
  for (const [status, headers, body, code] of [
    [401, json, 'secret words', 'LoginFailed'],
    [403, json, 'secret words', 'Denied'],
    [404, { 'content-type': 'text/html' }, '<html>secret words', 'Malformed'],
    [429, { ...json, 'retry-after': '5' }, 'secret words', 'Throttled'],
    [503, json, 'secret words', 'Unavailable'],
    [200, json, '{"data":["secret words"]}', 'NotAnObject'],
    [200, json, '{"other":"secret words"}', 'PropertyMissing'],
  ] as const) {
    endpoint.answer('/make', status, headers, body);
    await assert.rejects(make(), (error) => {
      assert.ok(error instanceof ProviderError);
      assert.equal(error.code, code);
      return !JSON.stringify([error.message, error.details]).includes('secret words');
    });
  }
});

test('what cannot work is told', () => {
  assert.deepEqual(
    webhook.problems!({ url: 'ftp://x', auth: { ntlm: {} } }).map(({ path }) => path),
    ['url', 'auth.ntlm'],
  );
});
