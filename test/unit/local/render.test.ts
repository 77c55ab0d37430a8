import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { summary } from '../../../cli/ready.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import type { Delimiters } from '../../../composite-controllers/template/parse/scanner.ts';
import { readManifests } from '../../../local/manifests.ts';
import { render } from '../../../local/render.ts';
import { startLocalVault } from '../../../local/vault.ts';
import type { Backends } from '../../../providers/backends.ts';
import { startHttpEndpoint } from '../../fakes/http-endpoint.ts';
import { tempDir } from '../../support/temp-dir.ts';

const examples = join(import.meta.dirname, '../../../examples');

const folder = tempDir('render');
let files = 0;

/** Renders YAML text. */
async function renderText(text: string, delimiters?: Delimiters) {
  const file = join(folder, `${files++}.yaml`);
  writeFileSync(file, text);
  const { manifests, problems } = readManifests([file]);
  const rendering = await render(manifests, delimiters);
  return { ...rendering, problems: [...problems, ...rendering.problems] };
}

const readyOf = (object: KubeObject) =>
  (object.status as { conditions?: { status: string; message: string }[] } | undefined)?.conditions?.[0];

test('the example with the fake provider renders to its Secret', async () => {
  const { manifests, problems } = readManifests([join(examples, 'fake')]);
  const rendering = await render(manifests);
  assert.deepEqual([...problems, ...rendering.problems], []);
  const values = Object.entries(rendering.secrets[0]?.data ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64').toString(),
  ]);
  assert.deepEqual(Object.fromEntries(values), {
    greeting: 'hello',
    username: 'admin',
    password: 'not-a-secret',
  });
  assert.deepEqual(
    rendering.parents.map((parent) => readyOf(parent)?.status),
    ['True', 'True'],
  );
});

test('the example of a ClusterExternalSecret renders to a Secret in each namespace of the files', async () => {
  const { manifests, problems } = readManifests([join(examples, 'cluster-external-secret')]);
  const rendering = await render(manifests);
  assert.deepEqual([...problems, ...rendering.problems], []);
  assert.deepEqual(rendering.secrets.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort(), [
    'payments-live/registry',
    'payments-test/registry',
  ]);
  for (const parent of rendering.parents) assert.equal(readyOf(parent)?.status, 'True', parent.metadata.name);
  const cluster = rendering.parents.find(({ kind }) => kind === 'ClusterExternalSecret');
  assert.equal(
    cluster && summary(cluster),
    'ready  ClusterExternalSecret registry: in payments-live, payments-test',
  );
});

test('the example of pushes tells what would be written where, of Namespaces with their labels, too', async () => {
  const { manifests, problems } = readManifests([join(examples, 'push-secret')]);
  const rendering = await render(manifests);
  assert.deepEqual([...problems, ...rendering.problems], []);
  for (const parent of rendering.parents) assert.equal(readyOf(parent)?.status, 'True', parent.metadata.name);
  assert.deepEqual(
    rendering.pushes
      .map(({ namespace, remoteKey, property, bytes }) => [namespace, remoteKey, property, bytes])
      .sort(),
    [
      ['default', 'team/database', 'password', 12],
      ['default', 'team/database-all', undefined, 42],
      ['payments', 'payments-password', undefined, 12],
    ],
  );
});

test('rendering writes nothing into a backend', async () => {
  const { withoutWrites } = await import('../../../local/dry-backends.ts');
  const refuse = () => assert.fail('a backend was written');
  const dry = withoutWrites({ push: refuse, delete: refuse } as unknown as Backends, () => {});
  const handle = { kind: 'SecretStore', name: 's', uid: 'u', generation: 1, provider: {} } as const;
  const source = { data: new Map([['a', Buffer.from('b')]]), type: '', labels: {}, annotations: {} };
  const { signal } = new AbortController();
  await dry.push(handle, 'ns', { remoteKey: 'k', secretKey: 'a', source, namespace: 'ns' }, signal);
  assert.equal(await dry.delete(handle, 'ns', { remoteKey: 'k' }, signal), 'absent');
});

test('the example with templates renders, out of the manifest, a ConfigMap, and with a salt', async () => {
  const { manifests, problems } = readManifests([join(examples, 'templates')]);
  const rendering = await render(manifests);
  assert.deepEqual([...problems, ...rendering.problems], []);
  for (const parent of rendering.parents) assert.equal(readyOf(parent)?.status, 'True', parent.metadata.name);
  const texts = (name: string) => {
    const { data = {} } = rendering.secrets.find(({ metadata }) => metadata.name === name) ?? {};
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  };
  assert.deepEqual(texts('pull-secret'), {
    '.dockerconfigjson':
      '{"auths":{"registry.example.com":{"auth":"cm9ib3Q6bm90LWEtc2VjcmV0","password":"not-a-secret","username":"robot"}}}',
  });
  assert.deepEqual(texts('app'), {
    'app.ini': '[database]\nhost = db.example.com\nuser = app\npassword = "not-a-secret-either"\n',
    DB_HOST: 'db.example.com',
    DB_USER: 'app',
    DB_PASSWORD: 'not-a-secret-either',
  });
  assert.match(texts('users').users ?? '', /^app:\$2a\$10\$/);
});

test('a target of another kind is rendered, too', async () => {
  const { objects, secrets } = await renderText(`
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: values, namespace: a}
spec: {provider: {fake: {data: [{key: k, value: v}]}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: settings, namespace: a}
spec:
  secretStoreRef: {name: values}
  data: [{secretKey: k, remoteRef: {key: k}}]
  target: {manifest: {apiVersion: v1, kind: ConfigMap}, template: {data: {x: "{{ .k }}!"}}}
`);
  assert.deepEqual(secrets, []);
  assert.deepEqual(
    objects.map(({ kind, metadata, data }) => [kind, metadata.name, data]),
    [['ConfigMap', 'settings', { x: 'v!' }]],
  );
});

test('delimiters are those of the hook that the manifests are for', async () => {
  const { secrets } = await renderText(
    `
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: values, namespace: a}
spec: {provider: {fake: {data: [{key: k, value: v}]}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: app, namespace: a}
spec:
  secretStoreRef: {name: values}
  data: [{secretKey: k, remoteRef: {key: k}}]
  target: {template: {data: {x: "{{ .k }} << .k >>"}}}
`,
    { left: '<<', right: '>>' },
  );
  const text = secrets.map(({ data }) => Buffer.from(data?.x ?? '', 'base64').toString());
  assert.deepEqual(text, ['{{ .k }} v']);
});

test('a webhook is asked by the templates of its store, each property in a request of its own', async (t) => {
  const endpoint = await startHttpEndpoint('s3cret');
  t.after(() => endpoint.close());
  endpoint.values.set('/app/user', Buffer.from('{"value":"admin"}'));
  endpoint.values.set('/app/pass', Buffer.from('{"value":"p4ss"}'));
  const { secrets } = await renderText(`
apiVersion: v1
kind: Secret
metadata: {name: api, namespace: a, labels: {external-secrets.io/type: webhook}}
stringData: {token: s3cret}
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: api, namespace: a}
spec:
  provider:
    webhook:
      url: '${endpoint.url}/{{ .remoteRef.key }}/{{ .remoteRef.property }}'
      headers: {Authorization: 'Bearer {{ .api.token }}'}
      result: {jsonPath: $.value}
      secrets: [{name: api, secretRef: {name: api}}]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: app, namespace: a}
spec:
  secretStoreRef: {name: api}
  data:
    - {secretKey: user, remoteRef: {key: app, property: user}}
    - {secretKey: pass, remoteRef: {key: app, property: pass}}
`);
  const made = secrets.find(({ metadata }) => metadata.name === 'app');
  assert.deepEqual(made?.data, { user: 'YWRtaW4=', pass: 'cDRzcw==' });
});

test('what a template gets wrong is told by its place, and no Secret is made of it', async () => {
  const { parents, secrets } = await renderText(`
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: values, namespace: a}
spec: {provider: {fake: {data: [{key: k, value: c4nary}]}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: bad, namespace: a}
spec:
  secretStoreRef: {name: values}
  data: [{secretKey: k, remoteRef: {key: k}}]
  target: {template: {data: {x: "{{ .k | fail }}"}}}
`);
  assert.deepEqual(secrets, []);
  const message = readyOf(parents.find(({ kind }) => kind === 'ExternalSecret')!)?.message ?? '';
  assert.match(message, /template "data\.x":1:\d+: .*withheld/);
  assert.doesNotMatch(message, /c4nary/);
});

test('the example for Vault is valid; without a cluster its ServiceAccount is what is missing', async () => {
  const { manifests } = readManifests([join(examples, 'vault')]);
  const { problems, secrets, parents } = await render(manifests);
  assert.deepEqual(problems, []);
  assert.deepEqual(secrets, []);
  assert.match(
    readyOf(parents.find(({ kind }) => kind === 'SecretStore')!)?.message ?? '',
    /ServiceAccount team-a\/team-a-vault/,
  );
});

const storeAndSecret = (url: string, key: string) => `
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: a}
stringData: {token: TOKEN}
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: vault, namespace: a}
spec: {provider: {vault: {server: "${url}", path: secret, auth: {tokenSecretRef: {name: token, key: token}}}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: app, namespace: a}
spec:
  secretStoreRef: {name: vault}
  dataFrom: [{extract: {key: ${key}}}]
`;

test('the backend is read for real, and what it refuses is said by name', async (t) => {
  const vault = await startLocalVault();
  t.after(() => vault.close());
  const body = JSON.stringify({ data: { password: 'p' } });
  await fetch(`${vault.url}/v1/secret/data/app`, {
    method: 'POST',
    headers: { 'x-vault-token': vault.rootToken },
    body,
  });
  const good = await renderText(
    storeAndSecret(vault.url, 'app').replace('TOKEN', vault.createToken(['secret/data/'])),
  );
  assert.equal(good.secrets[0]?.data?.password, Buffer.from('p').toString('base64'));

  const denied = await renderText(
    storeAndSecret(vault.url, 'app').replace('TOKEN', vault.createToken(['secret/data/other'])),
  );
  assert.equal(denied.secrets.length, 0);
  assert.match(
    readyOf(denied.parents.find(({ kind }) => kind === 'ExternalSecret')!)?.message ?? '',
    /refused access to "app"/,
  );
});

test('targets of every policy are rendered, merged ones with what they are merged into', async () => {
  const { manifests, problems } = readManifests([join(examples, 'policies')]);
  const rendering = await render(manifests);
  assert.deepEqual([...problems, ...rendering.problems], []);
  assert.deepEqual(
    rendering.secrets.map(({ metadata, data, immutable }) => [
      metadata.name,
      Object.keys(data ?? {}).sort(),
      immutable,
    ]),
    [
      ['immutable', ['password'], true],
      ['of-a-chart', ['host', 'password'], undefined],
      ['orphan', ['password'], undefined],
    ],
  );
  assert.ok(rendering.parents.every((parent) => readyOf(parent)?.status === 'True'));
});

test('a manifest that the API server would not take is a problem that names the field', async () => {
  const { problems } = await renderText(`
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: app, namespace: a}
spec: {secretStoreRef: {name: vault, kind: Store}, data: [{secretKey: a, remoteRef: {key: k}}]}
`);
  assert.equal(problems.length, 1);
  assert.match(problems[0]?.message ?? '', /spec\.secretStoreRef\.kind/);
});

for (const [name, text] of Object.entries({
  'no YAML': 'a: [b',
  'no object': 'just: text',
  'a bare string': 'hunter2hunter2',
})) {
  test(`${name} is a problem, and nothing of it is quoted`, async () => {
    const { problems } = await renderText(text);
    assert.equal(problems.length, 1);
    assert.doesNotMatch(problems[0]?.message ?? '', /hunter2|just/);
  });
}

test('objects of other kinds in the same folder are passed over', async () => {
  const { problems, parents } = await renderText(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n',
  );
  assert.deepEqual([problems, parents], [[], []]);
});
