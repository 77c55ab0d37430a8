import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import type { SecretMap } from '../../../../providers/kit/provider.ts';
import { connectKubernetes } from '../../../../providers/kubernetes/client.ts';
import type { KubernetesSpec } from '../../../../providers/kubernetes/schema.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { createAuthority } from '../../../support/certificates.ts';

const soon = () => AbortSignal.timeout(10_000);
const texts = (map: SecretMap) =>
  Object.fromEntries([...map].map(([key, bytes]) => [key, Buffer.from(bytes).toString()]));
const scope = { kind: 'SecretStore', name: 'store', namespace: 'team' } as const;

type Answers = Readonly<Record<string, readonly [status: number, body: object | string]>>;

const path = (name = '') => `/api/v1/namespaces/remote/secrets${name && `/${name}`}`;
const secret = (name: string, data: object = {}) => ({ kind: 'Secret', metadata: { name }, data });
const notFound = (kind: string, name: string) =>
  [404, { kind: 'Status', reason: 'NotFound', details: { kind, name } }] as const;
const remoteExists = { '/api/v1/namespaces/remote': [200, { kind: 'Namespace' }] } as const;

async function listen(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client of an API server that gives these answers by path, and what that was asked. */
async function surroundings(t: TestContext, answers: Answers, kube?: KubeReader) {
  const seen: { line: string; authorization: string | undefined; body: string }[] = [];
  const handler: RequestListener = async (request, response) => {
    const { method, url = '', headers } = request;
    const body = Buffer.concat(await request.toArray()).toString();
    seen.push({ line: `${method} ${url}`, authorization: headers.authorization, body });
    const [status, content] = answers[url] ?? [404, '404 page not found'];
    response.writeHead(status).end(typeof content === 'string' ? content : JSON.stringify(content));
  };
  const counted: string[] = [];
  const address = await listen(t, createServer(handler));
  const client = await connectKubernetes(
    {
      server: { url: `http://${address}/` },
      auth: { serviceAccount: { name: 'app' } },
      remoteNamespace: 'remote',
    },
    scope,
    {
      credentials: createCredentials(scope, kube ?? memoryKube({}, 'a-token')),
      now: Date.now,
      countCall: (call, outcome) => counted.push(`${call} ${outcome}`),
    },
  );
  t.after(() => client.close());
  return { client, seen, counted };
}

async function rejects(work: Promise<unknown>, code: ProviderErrorCode) {
  await assert.rejects(work, (error) => {
    assert(error instanceof ProviderError);
    assert.equal(error.code, code, error.message);
    return true;
  });
}

test('absence is what the API server says of that very Secret, in a namespace that is there', async (t) => {
  const rows: [answers: Answers, code: ProviderErrorCode][] = [
    [{ [path('x')]: notFound('secrets', 'x'), ...remoteExists }, 'NotFound'],
    [
      {
        [path('x')]: notFound('secrets', 'x'),
        '/api/v1/namespaces/remote': [403, { kind: 'Status', reason: 'Forbidden' }],
      },
      'NotFound',
    ],
    [
      {
        [path('x')]: notFound('secrets', 'x'),
        '/api/v1/namespaces/remote': notFound('namespaces', 'remote'),
      },
      'Misconfigured',
    ],
    [{ [path('x')]: notFound('secrets', 'x') }, 'Malformed'],
    [{ [path('x')]: notFound('secrets', 'y'), ...remoteExists }, 'Rejected'],
    [{ [path('x')]: notFound('clusters', 'x'), ...remoteExists }, 'Rejected'],
    [{ [path('x')]: [404, '{"kind":"Status"'], ...remoteExists }, 'Malformed'],
    [{ [path('x')]: [404, '<html>404</html>'], ...remoteExists }, 'Malformed'],
    [{ [path('x')]: [200, secret('y')] }, 'Malformed'],
    [{ [path('x')]: [200, { kind: 'SecretList', items: [] }] }, 'Malformed'],
    [{ [path('x')]: [401, { kind: 'Status' }] }, 'LoginFailed'],
    [{ [path('x')]: [302, ''] }, 'Malformed'],
    [{ [path('x')]: [400, { kind: 'Status' }] }, 'Rejected'],
  ];
  for (const [answers, code] of rows) {
    const { client } = await surroundings(t, answers);
    await rejects(client.read({ key: 'x' }, soon()), code);
  }
});

test('a key that no Secret can have is sent nowhere', async (t) => {
  const { client, seen } = await surroundings(t, {});
  for (const key of ['', '.', '..', 'a/b', '../../pods', 'UPPER', 'a..b', 'x?watch=true', 'a'.repeat(254)])
    await rejects(client.read({ key }, soon()), 'Rejected');
  assert.deepEqual(seen, []);
});

test('find reads page after page, by labels or by names, and converts the names itself', async (t) => {
  const list = (items: object[], next?: string) =>
    [200, { kind: 'SecretList', metadata: { ...(next ? { continue: next } : {}) }, items }] as const;
  const item = (name: string) => ({ metadata: { name }, data: { k: Buffer.from(name).toString('base64') } });
  const { client, seen, counted } = await surroundings(t, {
    [`${path()}?limit=50`]: list([item('app-1'), item('other')], 'page 2'),
    [`${path()}?limit=50&continue=page+2`]: list([item('app.2')]),
    [`${path()}?limit=50&labelSelector=app%3Dweb%2Cexample.com%2Ftier%3D`]: list([item('labelled')]),
    [`${path()}?limit=50&labelSelector=app%3Dnone`]: list([]),
    ...remoteExists,
  });
  assert.deepEqual(texts(await client.find!({ name: '^app' }, soon())), {
    'app-1': '{"k":"app-1"}',
    'app.2': '{"k":"app.2"}',
  });
  assert.deepEqual(counted, ['ListSecrets success', 'ListSecrets success']);
  const tags = { app: 'web', 'example.com/tier': '' };
  assert.deepEqual([...(await client.find!({ tags, name: 'ignored' }, soon())).keys()], ['labelled']);
  assert.equal((await client.find!({ tags: {} }, soon())).size, 3);
  assert.equal((await client.find!({ tags: { app: 'none' } }, soon())).size, 0);
  assert.equal(
    seen.at(-1)?.line,
    'GET /api/v1/namespaces/remote',
    'an empty list may be that of no namespace',
  );
  for (const bad of [{ app: 'a,b' }, { app: 'a in (b)' }, { 'app,x': 'y' }, { '!app': '' }])
    await rejects(client.find!({ tags: bad as unknown as Record<string, string> }, soon()), 'Rejected');
  await rejects(client.find!({ path: 'x' }, soon()), 'Unsupported');
});

test('find fails as a whole when a page fails, or when the namespace is not there', async (t) => {
  const first = { kind: 'SecretList', metadata: { continue: 'next' }, items: [secret('a')] };
  const cut = await surroundings(t, {
    [`${path()}?limit=50`]: [200, first],
    [`${path()}?limit=50&continue=next`]: [410, { kind: 'Status', reason: 'Expired' }],
  });
  await rejects(cut.client.find!({ name: '.' }, soon()), 'Unavailable');
  const gone = await surroundings(t, {
    [`${path()}?limit=50`]: [200, { kind: 'SecretList', metadata: {}, items: [] }],
    '/api/v1/namespaces/remote': notFound('namespaces', 'remote'),
  });
  await rejects(gone.client.find!({ name: '.' }, soon()), 'Misconfigured');
});

test('a store is ready when a rule lets it get Secrets, or the server says so', async (t) => {
  const rules = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
  const access = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const withRule = (rule: object): Answers => ({
    [rules]: [201, { kind: 'SelfSubjectRulesReview', status: { resourceRules: [rule] } }],
    [access]: [201, { kind: 'SelfSubjectAccessReview', status: { allowed: false } }],
  });
  const forbidden = [403, { kind: 'Status', reason: 'Forbidden' }] as const;
  const rows: [answers: Answers, outcome: 'ready' | 'unknown' | ProviderErrorCode][] = [
    [withRule({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }), 'ready'],
    [withRule({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }), 'ready'],
    [withRule({ resources: ['secrets'], verbs: ['list', 'get'] }), 'ready'],
    [withRule({ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }), 'Denied'],
    [withRule({ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }), 'Denied'],
    [withRule({ apiGroups: ['apps'], resources: ['*'], verbs: ['*'] }), 'Denied'],
    [
      { [rules]: forbidden, [access]: [201, { kind: 'SelfSubjectAccessReview', status: { allowed: true } }] },
      'ready',
    ],
    [{ [rules]: forbidden, [access]: forbidden }, 'unknown'],
    [{ [rules]: [404, '<html>'] }, 'Malformed'],
    [{ [rules]: [401, { kind: 'Status' }] }, 'LoginFailed'],
    [{ [rules]: [503, ''] }, 'Unavailable'],
  ];
  for (const [answers, outcome] of rows) {
    const { client, seen } = await surroundings(t, answers);
    const checking = client.check(soon());
    if (outcome === 'ready' || outcome === 'unknown') assert.equal(await checking, outcome);
    else await rejects(checking, outcome);
    assert.deepEqual(JSON.parse(seen[0]?.body ?? '').spec, { namespace: 'remote' });
  }
});

test('a token of the ServiceAccount serves many reads, and one that is refused is replaced once', async (t) => {
  const asked: unknown[] = [];
  const kube: KubeReader = {
    ...memoryKube({}, ''),
    async serviceAccountToken(namespace, name, request) {
      asked.push([namespace, name, request]);
      return { token: `token-${asked.length}`, expiresAt: Date.now() + 3_600_000 };
    },
  };
  const answers: Record<string, readonly [number, object | string]> = { [path('x')]: [200, secret('x')] };
  const { client, seen } = await surroundings(t, answers, kube);
  assert.deepEqual(asked, [], 'nothing is asked for before the first read');
  await Promise.all(Array.from({ length: 20 }, () => client.read({ key: 'x' }, soon())));
  assert.deepEqual(asked, [['team', 'app', { audiences: [], expirationSeconds: 3600 }]]);
  assert.deepEqual(new Set(seen.map(({ authorization }) => authorization)), new Set(['Bearer token-1']));
  answers[path('x')] = [401, { kind: 'Status' }];
  await rejects(client.read({ key: 'x' }, soon()), 'LoginFailed');
  assert.equal(asked.length, 2);
  assert.equal(seen.at(-1)?.authorization, 'Bearer token-2');
});

test('a client certificate and the CA of the store serve every request, from auth.cert or a kubeconfig', async (t) => {
  const authority = createAuthority();
  const server = authority.issue({ commonName: 'kubernetes' });
  const me = authority.issue({ commonName: 'me' });
  const seen: string[] = [];
  const tls = { cert: server.certPem, key: server.keyPem, ca: authority.certPem, requestCert: true };
  const address = await listen(
    t,
    createTlsServer({ ...tls, rejectUnauthorized: true }, (request, response) => {
      const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject;
      seen.push(`${request.url} ${CN} ${request.headers.authorization}`);
      response.end(JSON.stringify(secret('x', { k: 'dg==' })));
    }),
  );
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const url = `https://${address}/k8s/clusters/c-1/`;
  const kubeconfig = {
    clusters: [
      { name: 'c', cluster: { server: url, 'certificate-authority-data': base64(authority.certPem) } },
    ],
    users: [
      {
        name: 'u',
        user: { 'client-certificate-data': base64(me.certPem), 'client-key-data': base64(me.keyPem) },
      },
    ],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  const kube = memoryKube(
    { 'team/me': { crt: me.certPem, key: me.keyPem }, 'team/config': { config: JSON.stringify(kubeconfig) } },
    '',
  );
  const specs: KubernetesSpec[] = [
    {
      server: { url, caBundle: base64(authority.certPem) },
      auth: { cert: { clientCert: { name: 'me', key: 'crt' }, clientKey: { name: 'me', key: 'key' } } },
      remoteNamespace: 'remote',
    },
    { authRef: { name: 'config', key: 'config' }, remoteNamespace: 'remote' },
  ];
  for (const spec of specs) {
    const deps = { credentials: createCredentials(scope, kube), now: Date.now, countCall: () => {} };
    const client = await connectKubernetes(spec, scope, deps);
    t.after(() => client.close());
    assert.equal(Buffer.from((await client.read({ key: 'x' }, soon())).value('k')).toString(), 'v');
  }
  const expected = `/k8s/clusters/c-1${path('x')} me undefined`;
  assert.deepEqual(seen, [expected, expected]);
});
