import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, beforeEach, test } from 'node:test';
import { generatorRegistry } from '../../../../providers/generator-registry.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { GenerateDeps } from '../../../../providers/kit/generator.ts';
import { createHttpClient } from '../../../../providers/kit/http.ts';
import type { KubeReader } from '../../../../providers/kit/kube.ts';
import { type Mischief, remoteWords, startTokenVendors, vendorNow } from '../../../fakes/token-vendors.ts';

const vendors = await startTokenVendors();
after(() => vendors.close());
process.env.AZURE_ENDPOINT_URL = vendors.url;
beforeEach(() => {
  vendors.mischief = undefined;
});
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
vendors.githubKey = publicKey;

const secrets: Readonly<Record<string, string>> = {
  pem: String(privateKey.export({ type: 'pkcs1', format: 'pem' })),
  gitlab: 'glpat\n',
  grafana: 'glsa',
  password: 'pw',
  id: 'app',
  secret: 'app-secret',
};
const asked: string[] = [];
const kube: KubeReader = {
  async secret(namespace) {
    asked.push(namespace);
    const data = new Map(Object.entries(secrets).map(([key, text]) => [key, Buffer.from(text)]));
    return { uid: 'u', resourceVersion: '1', data };
  },
  configMap: async () => undefined,
  serviceAccount: async () => ({ annotations: {} }),
  async serviceAccountToken(namespace) {
    asked.push(namespace);
    return { token: 'sa-token', expiresAt: vendorNow + 600_000 };
  },
};
/** Hosts of vendors are the fake's; the generators have no say in it. */
const network = createHttpClient();
after(() => network.close());
const http: NonNullable<GenerateDeps['http']> = {
  request(request) {
    const { pathname, search, origin } = new URL(request.url);
    origins.add(origin);
    return network.request({ ...request, url: `${vendors.url}${pathname}${search}` });
  },
  close() {},
};
const origins = new Set<string>();
const calls: string[] = [];
const deps: GenerateDeps = {
  credentials: createCredentials({ kind: 'SecretStore', name: 'g', namespace: 'team' }, kube),
  now: () => vendorNow,
  namespace: 'team',
  signal: new AbortController().signal,
  http,
  countCall: (call, outcome) => void calls.push(`${call} ${outcome}`),
};
const ref = (key: string) => ({ name: 's', key });
const account = { name: 'robot', audiences: ['quay'] };

const specs = {
  GithubAccessToken: { appID: '7', installID: '42', auth: { privateKey: { secretRef: ref('pem') } } },
  GitlabDeployToken: {
    projectID: 'team/app',
    name: 'n',
    scopes: ['read_registry'],
    auth: { token: { secretRef: ref('gitlab') } },
  },
  Grafana: {
    url: 'https://grafana.example',
    auth: { token: ref('grafana') },
    serviceAccount: { name: 'sa', role: 'Viewer', secondsToLive: 600 },
  },
  QuayAccessToken: { robotAccount: 'team+robot', serviceAccountRef: account },
  CloudsmithAccessToken: { orgSlug: 'acme', serviceSlug: 'ci', serviceAccountRef: account },
  ACRAccessToken: {
    registry: 'team.azurecr.io',
    tenantId: 'tenant',
    environmentType: 'PublicCloud',
    auth: { servicePrincipal: { secretRef: { clientId: ref('id'), clientSecret: ref('secret') } } },
  },
} as const;

async function make(kind: keyof typeof specs, over: object = {}) {
  const kindOf = generatorRegistry.get(kind)!;
  const spec = { ...specs[kind], ...over };
  assert.deepEqual(kindOf.problems?.(spec) ?? [], []);
  const { values, until, state } = await kindOf.generate(spec, deps);
  const texts = Object.fromEntries([...values].map(([key, value]) => [key, Buffer.from(value).toString()]));
  return { texts, until, state };
}
const inAnHour = vendorNow + 3_600_000;
const inAnHourText = String(inAnHour / 1000);

test("GithubAccessToken: the app's signature, the token and its end", async () => {
  const { texts, until } = await make('GithubAccessToken', {
    repositories: ['a', 'b'],
    permissions: { contents: 'read' },
  });
  assert.deepEqual([texts, until], [{ token: 'ghs_a_b_contents' }, inAnHour]);
  assert.ok(origins.has('https://api.github.com'));
  await make('GithubAccessToken', { url: 'https://github.example/api/v3/'.replace('/api/v3/', '') });
  assert.ok(origins.has('https://github.example'));
});

test('GitlabDeployToken: user name and token, and what takes it back', async () => {
  const { texts, until, state } = await make('GitlabDeployToken');
  const { tokenID, projectID } = JSON.parse(state ?? '');
  assert.deepEqual(texts, { username: `gitlab+deploy-token-${tokenID}`, token: `gldt-${tokenID}` });
  assert.deepEqual([until, projectID], [undefined, 'team/app']);
  assert.ok(vendors.alive.has(`projects/team/app/${tokenID}`));
  const generator = generatorRegistry.get('GitlabDeployToken')!;
  // By then the generator may name another project.
  await generator.revoke!({ ...specs.GitlabDeployToken, projectID: 'other' }, state ?? '', deps);
  assert.ok(!vendors.alive.has(`projects/team/app/${tokenID}`));
  await generator.revoke!(specs.GitlabDeployToken, state ?? '', deps);
  const ofGroup = await make('GitlabDeployToken', { projectID: undefined, groupID: '8', username: 'u' });
  assert.equal(ofGroup.texts.username, 'u');
});

test('Grafana: one service account, a token each time, and what takes it back', async () => {
  const first = await make('Grafana');
  const second = await make('Grafana', { auth: { basic: { username: 'admin', password: ref('password') } } });
  assert.equal(vendors.accounts.size, 1);
  assert.equal(first.texts.login, 'sa-sa');
  assert.notEqual(first.texts.token, second.texts.token);
  assert.equal(first.until, vendorNow + 600_000);
  const { id, tokenID } = JSON.parse(first.state ?? '').serviceAccount;
  assert.ok(vendors.alive.has(`${id}/${tokenID}`));
  const generator = generatorRegistry.get('Grafana')!;
  await generator.revoke!(specs.Grafana, first.state ?? '', deps);
  await generator.revoke!(specs.Grafana, first.state ?? '', deps);
  assert.ok(!vendors.alive.has(`${id}/${tokenID}`));
  assert.doesNotMatch(`${first.state}`, /glsa_/, 'the state holds no token');
});

test('QuayAccessToken: the registry, its login and its end, always by https', async () => {
  const { texts, until } = await make('QuayAccessToken', { url: 'https://quay.example' });
  assert.deepEqual([texts.registry, texts.expiry, until], ['quay.example', inAnHourText, inAnHour]);
  assert.match(Buffer.from(texts.auth ?? '', 'base64').toString(), /^team\+robot:ey/);
  assert.equal((await make('QuayAccessToken')).texts.registry, 'quay.io');
  assert.ok(origins.has('https://quay.io') && origins.has('https://quay.example'));
});

test('CloudsmithAccessToken: the login and its end', async () => {
  const { texts, until } = await make('CloudsmithAccessToken');
  assert.deepEqual([texts.expiry, until], [inAnHourText, inAnHour]);
  assert.match(Buffer.from(texts.auth ?? '', 'base64').toString(), /^token:ey/);
});

test('ACRAccessToken: a refresh token, or an access token of a scope', async () => {
  const { texts, until } = await make('ACRAccessToken');
  assert.equal(texts.username, '00000000-0000-0000-0000-000000000000');
  assert.equal(until, inAnHour);
  const claims = (token = '') => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  assert.equal(claims(texts.password).kind, 'refresh');
  const scoped = await make('ACRAccessToken', { scope: 'repository:app:pull' });
  assert.equal(claims(scoped.texts.password).scope, 'repository:app:pull');
});

test("ACRAccessToken: the hook's own tokens go to registries of the cloud only", async () => {
  for (const auth of [{ managedIdentity: {} }, { workloadIdentity: {} }])
    await assert.rejects(make('ACRAccessToken', { registry: 'azurecr.io.evil.example', auth }), {
      code: 'CredentialForbidden',
    });
});

test('all that a generator refers to is read in the namespace that uses it', () => {
  assert.deepEqual([...new Set(asked)], ['team']);
});

test('calls are counted by their names', () => {
  for (const call of ['CreateInstallationAccessToken', 'CreateDeployToken', 'CreateToken', 'ExchangeToken'])
    assert.ok(calls.includes(`${call} success`), call);
});

const expected: Readonly<Record<Mischief, string>> = {
  throttled: 'Throttled',
  broken: 'Unavailable',
  page: 'Malformed',
  cut: 'Malformed',
  empty: 'Malformed',
  refused: 'Denied',
};
for (const kind of Object.keys(specs) as (keyof typeof specs)[])
  for (const [mischief, code] of Object.entries(expected) as [Mischief, string][])
    test(`${kind}: ${mischief} is ${code}, and nothing of the answer is told`, async () => {
      vendors.mischief = mischief;
      await assert.rejects(make(kind), (error) => {
        assert.ok(error instanceof ProviderError);
        assert.doesNotMatch(`${error.message} ${JSON.stringify(error.details)}`, new RegExp(remoteWords));
        // Entra's login stands before the registry.
        if (kind === 'ACRAccessToken' && mischief === 'refused') assert.equal(error.code, 'Malformed');
        else assert.equal(error.code, code);
        if (mischief === 'throttled') assert.equal(error.details.retryAfter, 7);
        return true;
      });
    });

test('credentials that a vendor refuses are a failed login', async () => {
  const wrong = { auth: { token: { secretRef: ref('password') } } };
  await assert.rejects(make('GitlabDeployToken', wrong), { code: 'LoginFailed' });
  await assert.rejects(make('GithubAccessToken', { appID: '8' }), { code: 'LoginFailed' });
  await assert.rejects(make('GithubAccessToken', { auth: { privateKey: { secretRef: ref('password') } } }), {
    code: 'Misconfigured',
  });
});

test('what is gone without its own word is not taken for gone', async () => {
  const { state } = await make('GitlabDeployToken');
  vendors.mischief = 'page';
  const generator = generatorRegistry.get('GitlabDeployToken')!;
  await assert.rejects(async () => generator.revoke!(specs.GitlabDeployToken, state ?? '', deps), {
    code: 'Malformed',
  });
});

test('specs that cannot work are told before anything is asked', () => {
  const problems = (kind: keyof typeof specs, over: object) =>
    generatorRegistry.get(kind)!.problems!({ ...specs[kind], ...over }).map(({ path }) => path);
  assert.deepEqual(problems('GithubAccessToken', { url: 'ftp://x', installID: '../4' }), [
    'url',
    'installID',
  ]);
  assert.deepEqual(problems('GitlabDeployToken', { groupID: '8' }), ['projectID']);
  assert.deepEqual(problems('Grafana', { url: 'x', auth: {} }), ['url', 'auth']);
  assert.deepEqual(problems('CloudsmithAccessToken', { apiUrl: 'x' }), ['apiUrl']);
  assert.deepEqual(problems('ACRAccessToken', { registry: 'a/b', auth: {} }), ['auth', 'registry']);
  assert.deepEqual(problems('ACRAccessToken', { environmentType: 'AzureStackCloud' }), ['environmentType']);
});
