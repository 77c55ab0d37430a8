import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { delinea } from '../../../../providers/delinea/index.ts';
import { isTemplate, pathOf, urlOf } from '../../../../providers/delinea/urls.ts';
import type { Provider } from '../../../../providers/kit/provider.ts';
import { documentedSecret, startFakeDelinea } from '../../../fakes/delinea.ts';
import {
  clientOf,
  clusterScope,
  failsWith,
  soon,
  storeScope,
  text,
  texts,
} from '../../../support/provider-client.ts';

const spec = {
  tenant: 'acme',
  clientId: { value: 'app' },
  clientSecret: { secretRef: { name: 'delinea', key: 'secret' } },
};

async function setup(t: TestContext, secret = 'right') {
  const fake = await startFakeDelinea();
  t.after(() => fake.close());
  fake.clients.set('app', { secret: 'right', reads: '' });
  const section = { ...spec, urlTemplate: fake.urlTemplate };
  const client = await clientOf(t, delinea as Provider, section, { secrets: { delinea: { secret } } });
  return { fake, client, read: (key: string) => client.read({ key }, soon()) };
}

test('the vault’s own example is read by its path, after one login with the client credential', async (t) => {
  const { fake, read } = await setup(t);
  fake.secrets.set(documentedSecret.path, documentedSecret.json);
  const secret = await read(documentedSecret.path);
  assert.equal(text(secret.value()), documentedSecret.json);
  assert.equal(text(secret.value('password')), 'somepassword1');
  assert.deepEqual(
    fake.requests.map(({ method, url }) => `${method} ${url}`),
    ['POST /acme.com/v1/token', 'GET /acme.com/v1/secrets/servers:us-east:server01'],
  );
  assert.deepEqual(JSON.parse(fake.requests[0]?.body.toString() ?? ''), {
    grant_type: 'client_credentials',
    client_id: 'app',
    client_secret: 'right',
  });
});

test('a property that is missing is absent, as in ESO; a secret without data is empty', async (t) => {
  const { fake, read } = await setup(t);
  fake.secrets.set('some', '{"a":1}');
  const some = await read('some');
  assert.throws(() => some.value('b'), { code: 'NotFound' });
  fake.secrets.set('none', 'null');
  const none = await read('none');
  assert.equal(text(none.value()), '');
  assert.deepEqual(texts(none.map()), {});
});

test('a credential that is refused fails the store', async (t) => {
  const { client, read } = await setup(t, 'wrong');
  await failsWith(client.check(soon()), 'LoginFailed');
  await failsWith(read('some'), 'LoginFailed');
});

test('versions, metadata and paths that leave their place are refused', async (t) => {
  const { client, read } = await setup(t);
  await failsWith(client.read({ key: 'a', version: '1' }, soon()), 'Unsupported');
  await failsWith(client.read({ key: 'a', metadata: true }, soon()), 'Unsupported');
  await failsWith(read('../config'), 'Rejected');
  assert.equal(client.find, undefined);
});

test('addresses are printed as Go does', () => {
  const section = (more: object) => ({ ...spec, ...more });
  assert.equal(
    urlOf(section({ tld: 'eu' }), 'secrets', pathOf('/a b/ü?c')),
    'https://acme.secretsvaultcloud.eu/v1/secrets/a%20b/%C3%BC%3Fc',
  );
  assert.equal(urlOf(section({}), 'token'), 'https://acme.secretsvaultcloud.com/v1/token');
  assert.equal(
    urlOf(section({ urlTemplate: 'https://dsv.%[2]s/%[1]s/100%%/%[3]s%s' }), 'secrets', '/a'),
    'https://dsv.com/acme/100%/secrets/a',
  );
  for (const template of ['ftp://%s/', 'https://%d/', '%s', 'https://%[9]s/'])
    assert.equal(isTemplate(template), false, template);
});

test('what a store must and must not say', () => {
  const problems = (more: object, scope = storeScope) =>
    delinea.validate({ ...spec, ...more } as never, scope).map(({ path }) => path);
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ tenant: 'evil.example/', tld: 'com/', urlTemplate: 'x' }), [
    'tenant',
    'tld',
    'urlTemplate',
  ]);
  assert.deepEqual(problems({ clientId: {} }), ['clientId']);
  assert.deepEqual(problems({}, clusterScope), ['clientSecret.secretRef.namespace']);
});
