import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tagSecret } from '../../../../providers/azurekv/tags.ts';
import { put } from '../../../fakes/azure-model.ts';
import { azure, connect, rejects, signal, text } from './loopback.ts';

const secretOf = (tags: Readonly<Record<string, string>>, extracts = true) =>
  tagSecret(new Map(Object.entries(tags)), { name: 'app', what: 'secret/app', extracts });
const texts = (map: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...map].map(([name, bytes]) => [name, text(bytes)]));

test('metadata are the tags and the moments of the object, as JSON, of any type', async (t) => {
  const fields = {
    tags: { team: '<a>' },
    attributes: { created: 1_493_938_410, updated: 1_493_938_411, exp: 1_893_456_000, nbf: 1_493_938_409 },
  };
  put(azure.vault, 'secrets', 'tagged', 'v', fields);
  put(azure.vault, 'keys', 'tagged', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }, fields);
  put(azure.vault, 'certificates', 'tagged', 'MAA=', fields);
  const client = await connect(t);
  for (const key of ['tagged', 'key/tagged', 'cert/tagged']) {
    const secret = await client.read({ key, metadata: true }, signal());
    assert.equal(
      text(secret.value()),
      '{"attribute.created":"2017-05-04T22:53:30Z","attribute.expires":"2030-01-01T00:00:00Z","attribute.notBefore":"2017-05-04T22:53:29Z","attribute.updated":"2017-05-04T22:53:31Z","team":"\\u003ca\\u003e"}',
    );
    assert.equal(text(secret.value('attribute.expires')), '2030-01-01T00:00:00Z');
    assert.equal(text(secret.value('team')), '<a>');
  }
  await rejects(client.read({ key: 'none', metadata: true }, signal()), 'NotFound');
});

test('a property is a tag, else a path into the JSON of the tag before its first dot', () => {
  const secret = secretOf({
    'foo.key': 'exact',
    foo: '{"key":"path","nested":{"a":1.50},"a.b":"dots"}',
    plain: 'x',
  });
  assert.equal(text(secret.value('foo.key')), 'exact');
  assert.equal(text(secret.value('foo.nested.a')), '1.5');
  assert.equal(text(secret.value('foo.a.b')), 'dots');
  for (const property of ['none', 'none.a', 'plain.a', 'foo.none', 'plain.'])
    assert.throws(() => secret.value(property), { code: 'PropertyMissing' });
});

test('tags are extracted with the name of the secret; one that is a JSON object of strings name by name', () => {
  const secret = secretOf({
    env: 'prod',
    object: '{"a":"1","b":""}',
    mixed: '{"a":1}',
    empty: '{}',
    list: '[]',
  });
  assert.deepEqual(texts(secret.map()), {
    app_env: 'prod',
    app_object_a: '1',
    app_object_b: '',
    app_mixed: '{"a":1}',
    app_list: '[]',
  });
  assert.deepEqual(texts(secret.map('object.a')), { 'app_object.a': '1' });
  assert.throws(() => secretOf({}, false).map(), { code: 'Unsupported' });
});
