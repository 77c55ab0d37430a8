import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { metadataSecret, payloadSecret } from '../../../../providers/gcpsm/secrets.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { put } from '../../../fakes/gcp-model.ts';
import { connect, gcp, rejects, signal, text } from './loopback.ts';

const name = (key: string) => `projects/team/secrets/${key}`;

test('a version is a number or an alias; without one it is the latest', async (t) => {
  put(gcp.secrets, name('versions'), 'one');
  put(gcp.secrets, name('versions'), 'two');
  gcp.secrets.get(name('versions'))!.aliases.stable = 1;
  const client = await connect(t);
  const read = async (version?: string) =>
    text((await client.read({ key: 'versions', ...(version ? { version } : {}) }, signal())).value());
  assert.deepEqual(
    [await read(), await read('latest'), await read('1'), await read('stable')],
    ['two', 'two', 'one', 'one'],
  );
  await rejects(client.read({ key: 'versions', version: '9' }, signal()), 'NotFound');
});

test('a disabled or destroyed version is no absence; LatestOrFetch falls back to the newest enabled one, but not from a named one', async (t) => {
  for (const value of ['first', 'second', 'third', 'last']) put(gcp.secrets, name('policy'), value);
  const { versions } = gcp.secrets.get(name('policy'))!;
  const strict = await connect(t);
  const lenient = await connect(t, { secretVersionSelectionPolicy: 'LatestOrFetch' });
  // Made later than the third: the time counts, not the number.
  versions[1]!.created = 100;
  for (const state of ['DISABLED', 'DESTROYED'] as const) {
    versions[3]!.state = state;
    const refused = await rejects(strict.read({ key: 'policy' }, signal()), 'Rejected');
    assert.equal(refused.details.backendCode, 'FAILED_PRECONDITION');
    assert.equal(text((await lenient.read({ key: 'policy' }, signal())).value()), 'second');
    await rejects(lenient.read({ key: 'policy', version: 'latest' }, signal()), 'Rejected');
    await rejects(lenient.read({ key: 'policy', version: '4' }, signal()), 'Rejected');
  }
  for (const version of versions) version.state = 'DISABLED';
  await rejects(lenient.read({ key: 'policy' }, signal()), 'Rejected');
});

test('a secret without a version is absent', async (t) => {
  put(gcp.secrets, name('empty'), 'x');
  gcp.secrets.get(name('empty'))!.versions.pop();
  await rejects((await connect(t)).read({ key: 'empty' }, signal()), 'NotFound');
});

test('what no secret can be called is rejected and never sent', async (t) => {
  const client = await connect(t);
  const before = gcp.calls.length;
  for (const key of ['', 'a/b', '../x', 'a b', 'projects/team/secrets/x', 'x'.repeat(256), 'ключ'])
    await rejects(client.read({ key }, signal()), 'Rejected');
  await rejects(client.read({ key: 'x', version: '1/../2' }, signal()), 'Rejected');
  assert.equal(gcp.calls.length, before);
});

test('a regional store speaks to its own endpoint, of its own secrets', async (t) => {
  put(gcp.secrets, 'projects/team/locations/europe-west3/secrets/regional', 'there');
  const regional = await connect(t, { location: 'europe-west3' });
  assert.equal(text((await regional.read({ key: 'regional' }, signal())).value()), 'there');
  await rejects((await connect(t)).read({ key: 'regional' }, signal()), 'NotFound');
  await rejects(connect(t, { location: 'evil.example.com/' }), 'Misconfigured');
});

test('metadata are annotations and labels, as JSON, as a map, or one of them by its whole name', async (t) => {
  put(gcp.secrets, name('labelled'), 'v', {
    labels: { env: 'prod' },
    annotations: { 'example.com/owner': '<team>', json: '{"a":1}' },
  });
  put(gcp.secrets, name('bare'), 'v');
  const client = await connect(t);
  const secret = await client.read({ key: 'labelled', metadata: true }, signal());
  assert.equal(
    text(secret.value()),
    '{"annotations":{"example.com/owner":"\\u003cteam\\u003e","json":"{\\"a\\":1}"},"labels":{"env":"prod"}}',
  );
  assert.equal(text(secret.value('labels')), '{"env":"prod"}');
  assert.equal(text(secret.value('labels.env')), 'prod');
  assert.equal(text(secret.value('annotations.example.com/owner')), '<team>');
  assert.equal(text(secret.map('labels').get('env')!), 'prod');
  assert.deepEqual([...secret.map().keys()], ['annotations', 'labels']);
  for (const property of ['labels.none', 'other', 'labels.__proto__', 'annotations.json.a'])
    assert.throws(() => secret.value(property), { code: 'PropertyMissing' });
  const bare = await client.read({ key: 'bare', metadata: true }, signal());
  assert.equal(text(bare.value()), '{"annotations":null,"labels":null}');
  assert.equal(bare.map('labels').size, 0);
  await rejects(client.read({ key: 'none', metadata: true }, signal()), 'NotFound');
});

test('an empty label is a value', () => {
  assert.equal(text(metadataSecret({}, { empty: '' }, 'x').value('labels.empty')), '');
});

test('a property is looked up in valid JSON only, and one with a dot in front is a path', () => {
  const lenient = payloadSecret(Buffer.from('{"a":1,}'), 'x');
  assert.throws(
    () => lenient.value('a'),
    (error) => error instanceof ProviderError,
  );
  const dotted = payloadSecret(Buffer.from('{".a":"name","":{"a":"path"},"b.c":"d"}'), 'x');
  assert.equal(text(dotted.value('.a')), 'path');
  assert.equal(text(dotted.value('b.c')), 'd');
});

test('the largest payload of Secret Manager arrives whole', async (t) => {
  const large = Buffer.alloc(64 * 1024, 0xfe);
  put(gcp.secrets, name('large'), large);
  const { value } = await (await connect(t)).read({ key: 'large' }, signal());
  assert(Buffer.from(value()).equals(large));
});

test('an answer that is not made as Google makes it is neither a value nor an absence', async (t) => {
  const client = await connect(t);
  await client.check(signal());
  let body = '';
  const server = createServer((request, response) => {
    const isLogin = request.url === '/token';
    response.writeHead(200).end(isLogin ? '{"access_token":"x","expires_in":3600}' : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  process.env.GCP_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  const strange = await connect(t).finally(() => {
    process.env.GCP_ENDPOINT_URL = gcp.url;
  });
  for (body of [
    '',
    'null',
    '[]',
    '"x"',
    '<html>',
    '{}',
    '{"payload":{}}',
    '{"payload":null}',
    '{"payload":{"data":5}}',
  ]) {
    await rejects(strange.read({ key: 'x' }, signal()), 'Malformed');
    if (body !== '{}' && !body.includes('payload')) {
      await rejects(strange.read({ key: 'x', metadata: true }, signal()), 'Malformed');
      await rejects(strange.find!({ name: '.' }, signal()), 'Malformed');
    }
  }
});
