import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, type TestContext, test } from 'node:test';
import { isMountedToken } from '../../../../providers/gcpsm/auth/subject-token.ts';
import type { FederationSpec, GcpSpec } from '../../../../providers/gcpsm/schema.ts';
import { GcpFault, put } from '../../../fakes/gcp-model.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import {
  connect,
  email,
  gcp,
  key,
  type Objects,
  rejects,
  serviceAccountToken,
  signal,
  text,
  tokenRequests,
} from './loopback.ts';

const other = 'other-app@team.iam.gserviceaccount.com';
const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q';
put(gcp.secrets, 'projects/team/secrets/app', 'value');
gcp.accounts.add(other);
gcp.grants.set(other, ['']);
gcp.grants.set('federated', ['']);
gcp.subjects.set(serviceAccountToken, 'federated');

beforeEach(() => tokenRequests.splice(0));

async function reads(t: TestContext, spec: Partial<GcpSpec>, objects?: Objects) {
  const client = await connect(t, spec, objects);
  assert.equal(await client.check(signal()), 'ready');
  assert.equal(text((await client.read({ key: 'app' }, signal())).value()), 'value');
}

/** Paths of the calls that gave tokens since `before`. */
const logins = (before: number) =>
  gcp.calls.slice(before).flatMap(({ path }) => (/\/secrets\//.test(path) ? [] : [path]));

const federation = (fields: FederationSpec): Partial<GcpSpec> => ({
  auth: { workloadIdentityFederation: fields },
});

test('a key of a service account signs for its token', async (t) => {
  const before = gcp.calls.length;
  await reads(t, {});
  assert.deepEqual(logins(before), ['/token']);
});

test('what is no key of a service account, or sends its signature elsewhere, makes no store', async (t) => {
  const broken: object[] = [
    {},
    { ...key, type: 'authorized_user' },
    { ...key, private_key: 'no key' },
    { ...key, client_email: '' },
    { ...key, token_uri: 'https://evil.example.com/token' },
    { ...key, token_uri: 'http://oauth2.googleapis.com/token' },
    { ...key, token_uri: 'https://googleapis.com.evil.example/token' },
  ];
  for (const json of [...broken.map((one) => JSON.stringify(one)), 'no JSON'])
    await rejects(connect(t, {}, { secrets: { 'team/key': { json } } }), 'Misconfigured');
  await rejects(connect(t, {}, {}), 'CredentialMissing');
  await rejects(connect(t, { projectID: '' }), 'Misconfigured');
  await rejects(connect(t, { projectID: 'team/../other' }), 'Misconfigured');
});

test('keys of old name the endpoint of old, and are signed for the one of today', async (t) => {
  const json = JSON.stringify({ ...key, token_uri: 'https://accounts.google.com/o/oauth2/token' });
  await reads(t, {}, { secrets: { 'team/key': { json } } });
});

test('workload identity: the ServiceAccount is bound to the pool, and acts as the account that its annotation names', async (t) => {
  const serviceAccountRef = { name: 'app', audiences: ['extra'] };
  const before = gcp.calls.length;
  await reads(t, { auth: { workloadIdentity: { serviceAccountRef } } }, {});
  assert.deepEqual(tokenRequests, [{ name: 'app', audiences: ['team.svc.id.goog', 'extra'], seconds: 900 }]);
  const bound = gcp.calls.slice(before).find(({ path }) => path === '/v1/identitybindingtoken');
  assert.equal(
    bound?.body.audience,
    'identitynamespace:team.svc.id.goog:https://container.googleapis.com/v1/projects/team/locations/europe-west3/clusters/prod',
  );
  const named = {
    serviceAccountRef,
    clusterLocation: 'us-east1',
    clusterName: 'c',
    clusterProjectID: 'clusters',
  };
  const annotations = { 'iam.gke.io/gcp-service-account': other };
  const second = gcp.calls.length;
  await reads(t, { auth: { workloadIdentity: named } }, { annotations });
  assert.deepEqual(tokenRequests[1]?.audiences, ['clusters.svc.id.goog', 'extra']);
  assert.deepEqual(logins(second), [
    '/v1/identitybindingtoken',
    `/v1/projects/-/serviceAccounts/${other}:generateAccessToken`,
  ]);
});

test('workload identity without a metadata server says what to name instead', async (t) => {
  const { GCE_METADATA_HOST } = process.env;
  process.env.GCE_METADATA_HOST = '127.0.0.1:1';
  t.after(() => {
    process.env.GCE_METADATA_HOST = GCE_METADATA_HOST;
  });
  const client = await connect(t, { auth: { workloadIdentity: { serviceAccountRef: { name: 'a' } } } }, {});
  const error = await rejects(client.check(signal()), 'Misconfigured');
  assert.match(error.message, /auth\.workloadIdentity\.cluster(Location|Name) is absent/);
  await rejects(connect(t, { projectID: '', auth: {} }, {}), 'Misconfigured');
});

test('federation: the token of a ServiceAccount is exchanged, with its own audiences only', async (t) => {
  const serviceAccountRef = { name: 'app', audiences: ['pool'] };
  const before = gcp.calls.length;
  await reads(t, federation({ serviceAccountRef, audience }), {});
  assert.deepEqual(tokenRequests, [{ name: 'app', audiences: ['pool'], seconds: 900 }]);
  const { body } = gcp.calls.slice(before).find(({ path }) => path === '/v1/token')!;
  assert.equal(body.audience, audience);
  assert.equal(body.subject_token_type, 'urn:ietf:params:oauth:token-type:jwt');
  const annotations = { 'iam.gke.io/gcp-service-account': 'nobody@team.iam.gserviceaccount.com' };
  const spec = federation({ serviceAccountRef, audience, gcpServiceAccountEmail: other });
  await reads(t, spec, { annotations });
  const client = await connect(t, federation({ serviceAccountRef, audience }), { annotations });
  await rejects(client.check(signal()), 'LoginFailed');
});

test('federation: keys of AWS sign for Google alone', async (t) => {
  const awsSecurityCredentials = { region: 'eu-west-1', awsCredentialsSecretRef: { name: 'aws' } };
  const spec = federation({ awsSecurityCredentials, audience });
  const keys = {
    aws_access_key_id: 'AKIA',
    aws_secret_access_key: 'hidden-key-of-aws',
    aws_session_token: 'session',
  };
  const client = await connect(t, spec, { secrets: { 'team/aws': keys } });
  const before = gcp.calls.length;
  await rejects(client.check(signal()), 'LoginFailed');
  const { body } = gcp.calls.slice(before).find(({ path }) => path === '/v1/token')!;
  assert.equal(body.subject_token_type, 'urn:ietf:params:aws:token-type:aws4_request');
  const request = JSON.parse(decodeURIComponent(String(body.subject_token)));
  assert.equal(
    request.url,
    'https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
  );
  const headers = new Map<string, string>(
    request.headers.map(({ key: name, value }: { key: string; value: string }) => [
      name.toLowerCase(),
      value,
    ]),
  );
  assert.equal(headers.get('x-goog-cloud-target-resource'), audience);
  assert.equal(headers.get('x-amz-security-token'), 'session');
  assert.match(headers.get('authorization') ?? '', /Credential=AKIA\/\d+\/eu-west-1\/sts\/aws4_request/);
  assert.match(headers.get('authorization') ?? '', /SignedHeaders=[^,]*x-goog-cloud-target-resource/);
  assert(!JSON.stringify(request).includes('hidden-key-of-aws'));
  await rejects(
    connect(t, spec, { secrets: { 'team/aws': { aws_access_key_id: 'x' } } }),
    'CredentialMissing',
  );
});

const external = {
  type: 'external_account',
  audience,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: 'https://sts.googleapis.com/v1/token',
};
const credConfig = { name: 'config', key: 'json' };
const configured = (config: object): Objects => ({
  configMaps: { 'team/config': { json: JSON.stringify(config) } },
});

test('federation: a configuration takes its token from the URL that the store allows', async (t) => {
  const url = `${gcp.url}/computeMetadata/v1/project/project-id`;
  gcp.subjects.set('team', 'federated');
  const source = { url, headers: { 'Metadata-Flavor': 'Google' } };
  const config = configured({ ...external, credential_source: source });
  await reads(t, federation({ credConfig, externalTokenEndpoint: url }), config);
  for (const externalTokenEndpoint of [undefined, `${url}/`]) {
    const fields = { credConfig, ...(externalTokenEndpoint ? { externalTokenEndpoint } : {}) };
    await rejects(connect(t, federation(fields), config), 'CredentialForbidden');
  }
});

test('federation: a configuration runs no program, reads no file of the hook and sends nothing to strangers', async (t) => {
  const file = { file: '/var/run/secrets/gcp/token' };
  const refused: [config: object, code: Parameters<typeof rejects>[1]][] = [
    [{ ...external, credential_source: { executable: { command: 'id' } } }, 'Unsupported'],
    [{ ...external, credential_source: { file: '/etc/passwd' } }, 'CredentialForbidden'],
    [
      { ...external, credential_source: { file: '/var/run/secrets/kubernetes.io/serviceaccount/token' } },
      'CredentialForbidden',
    ],
    [{ ...external, token_url: 'https://evil.example.com', credential_source: file }, 'Misconfigured'],
    [
      { ...external, service_account_impersonation_url: 'https://evil.example.com', credential_source: file },
      'Misconfigured',
    ],
    [{ ...external, type: 'authorized_user' }, 'Misconfigured'],
    [{ ...external }, 'Misconfigured'],
    [{ ...external, workforce_pool_user_project: 'p', credential_source: file }, 'Unsupported'],
    [{ ...external, audience: '', credential_source: file }, 'Misconfigured'],
  ];
  for (const [config, code] of refused)
    await rejects(connect(t, federation({ credConfig }), configured(config)), code);
  await rejects(connect(t, federation({ credConfig }), {}), 'CredentialMissing');
});

test('only tokens that are mounted for logging in may be named, whatever the way there', () => {
  const paths = {
    '/var/run/secrets/gcp/token': true,
    '/run/secrets/gcp/token': true,
    '/var/run/secrets/kubernetes.io/serviceaccount/token': false,
    '/var/run/secrets/gcp/../kubernetes.io/serviceaccount/token': false,
    '/run/secrets/kubernetes.io/serviceaccount/token': false,
    '/var/run/secrets/../../../etc/keyhook/token': false,
    '/etc/keyhook/token': false,
    'var/run/secrets/x': false,
  };
  for (const [path, allowed] of Object.entries(paths)) assert.equal(isMountedToken(path), allowed, path);
});

test("without auth the hook's own identity: the metadata server's, or that of GOOGLE_APPLICATION_CREDENTIALS", async (t) => {
  const nobody = await connect(t, { auth: {} }, {});
  await rejects(nobody.check(signal()), 'Malformed');
  gcp.nodeIs(email);
  await reads(t, { auth: {} }, {});
  await reads(t, { projectID: '', auth: {} }, {});

  const directory = tempDir('gcp-own');
  mkdirSync(directory, { recursive: true });
  const tokenFile = join(directory, 'token');
  writeFileSync(tokenFile, JSON.stringify({ id_token: serviceAccountToken }));
  const format = { type: 'json', subject_token_field_name: 'id_token' };
  const files = {
    'key.json': key,
    'external.json': { ...external, credential_source: { file: tokenFile, format } },
  };
  t.after(() => delete process.env.GOOGLE_APPLICATION_CREDENTIALS);
  for (const [name, content] of Object.entries(files)) {
    process.env.GOOGLE_APPLICATION_CREDENTIALS = join(directory, name);
    await rejects(connect(t, { auth: {} }, {}), 'CredentialMissing');
    writeFileSync(join(directory, name), JSON.stringify(content));
    await reads(t, { auth: {} }, {});
  }
  // A store that says who it is does not touch it.
  process.env.GOOGLE_APPLICATION_CREDENTIALS = '/nowhere';
  await reads(t, {});
});

test('a refused, a throttled and a broken login are told apart', async (t) => {
  const codes = [
    ['PERMISSION_DENIED', 'LoginFailed'],
    ['RESOURCE_EXHAUSTED', 'Throttled'],
    ['UNAVAILABLE', 'Unavailable'],
  ] as const;
  for (const [status, code] of codes) {
    gcp.fail(/^POST \/token/, new GcpFault(status));
    const error = await rejects((await connect(t)).check(signal()), code);
    if (code === 'Throttled') assert.equal(error.details.retryAfter, 7);
    gcp.heal();
  }
});
