import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault, put } from '../../../fakes/aws-model.ts';
import { aws, callsSince, connect, rejects, signal, text, texts } from './loopback.ts';

const service = 'ParameterStore';

test('a key is a name after the prefix, with the version behind a colon, and is decrypted', async (t) => {
  put(aws.parameters, '/team/app', '{"v":"old"}');
  put(aws.parameters, '/team/app', '{"v":"new"}');
  const rows: [prefix: string | undefined, key: string, version: string | undefined, name: string][] = [
    [undefined, '/team/app', undefined, '/team/app'],
    ['/team/', 'app', undefined, '/team/app'],
    [undefined, '/team/app', '1', '/team/app:1'],
    [undefined, '/team/app:1', undefined, '/team/app:1'],
    ['/team', '/app', '2', '/team/app:2'],
  ];
  for (const [prefix, key, version, name] of rows) {
    const client = await connect(t, { service, ...(prefix === undefined ? {} : { prefix }) });
    const parameter = await client.read({ key, ...(version === undefined ? {} : { version }) }, signal());
    assert.deepEqual(aws.calls.at(-1)?.input, { Name: name, WithDecryption: true });
    assert.equal(text(parameter.value('v')), name.endsWith(':1') ? 'old' : 'new');
  }
});

test('only the parameter itself can be absent; a version that does not exist is an error', async (t) => {
  put(aws.parameters, '/there', 'x');
  const client = await connect(t, { service });
  await rejects(client.read({ key: '/absent' }, signal()), 'NotFound');
  await rejects(client.read({ key: '/absent', version: '1' }, signal()), 'NotFound');
  await rejects(client.read({ key: '/there', version: '9' }, signal()), 'Rejected');
  await rejects(client.read({ key: '/absent', metadata: true }, signal()), 'Rejected');
});

test('metadataPolicy Fetch reads the tags', async (t) => {
  put(aws.parameters, '/tagged', 'x', { team: 'blue', 'a.b': 'c' });
  const client = await connect(t, { service });
  const tags = await client.read({ key: '/tagged', metadata: true }, signal());
  assert.equal(text(tags.value()), '{"a.b":"c","team":"blue"}');
  assert.equal(text(tags.value('a.b')), 'c');
  assert.deepEqual(aws.calls.at(-1)?.input, { ResourceType: 'Parameter', ResourceId: '/tagged' });
});

test('find is by path and name or, without a name, by tags, page by page', async (t) => {
  aws.parameters.clear();
  for (let index = 0; index < 25; index++) put(aws.parameters, `/many/${index}`, String(index));
  put(aws.parameters, '/one/deep/x', 'X', { team: 'blue', env: 'prod' });
  put(aws.parameters, '/two/x', 'Y', { team: 'blue' });
  const client = await connect(t, { service, prefix: '/ignored' });
  const find = async (query: Parameters<NonNullable<typeof client.find>>[0]) => {
    const start = aws.calls.length;
    return { found: texts(await client.find!(query, signal())), calls: callsSince(start) };
  };
  assert.deepEqual(await find({ name: '/x$' }), {
    found: { '/one/deep/x': 'X', '/two/x': 'Y' },
    calls: Array(3).fill('GetParametersByPath'),
  });
  assert.deepEqual((await find({ name: '.', path: '/one' })).found, { '/one/deep/x': 'X' });
  assert.deepEqual((await find({ name: '.', path: '/on' })).found, {});
  assert.deepEqual((await find({ name: 'x', tags: { team: 'red' } })).found, {
    '/one/deep/x': 'X',
    '/two/x': 'Y',
  });
  assert.deepEqual((await find({ tags: { team: 'blue' } })).found, { '/one/deep/x': 'X', '/two/x': 'Y' });
  assert.deepEqual((await find({ tags: { team: 'blue' }, path: '/two' })).found, { '/two/x': 'Y' });
  assert.deepEqual((await find({ tags: { team: 'blue', env: 'prod' } })).found, { '/one/deep/x': 'X' });
  await rejects(client.find!({ path: '/one' }, signal()), 'Unsupported');

  aws.fail('GetParametersByPath', new AwsFault('AccessDeniedException'));
  const { found, calls } = await find({ name: '^/many/' });
  assert.equal(Object.keys(found).length, 25);
  const batches = Array(3).fill('GetParameters');
  assert.deepEqual(calls, ['GetParametersByPath', 'DescribeParameters', ...batches]);

  aws.fail('GetParametersByPath', new AwsFault('InternalServerError', undefined, 500));
  await rejects(client.find!({ name: 'x' }, signal()), 'Unavailable');
});

test('parameters that are asked for at once come in one call, versions and all', async (t) => {
  put(aws.parameters, '/both', 'old');
  put(aws.parameters, '/both', 'new');
  const client = await connect(t, { service });
  const start = aws.calls.length;
  const read = (version?: string) =>
    client.read({ key: '/both', ...(version === undefined ? {} : { version }) }, signal());
  const values = await Promise.all([read(), read('1'), read('2')]);
  assert.deepEqual(
    values.map((value) => text(value.value())),
    ['new', 'old', 'new'],
  );
  assert.deepEqual(callsSince(start), ['GetParameters']);
});
