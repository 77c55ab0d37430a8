import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GcpFault, put } from '../../../fakes/gcp-model.ts';
import { connect, gcp, rejects, signal, text } from './loopback.ts';

const place = 'projects/team/secrets';

test('find by name pages through 1,001 secrets, and reads those that match', async (t) => {
  for (let index = 0; index <= 1_000; index++) put(gcp.secrets, `${place}/many-${index}`, `v${index}`);
  const client = await connect(t);
  const before = gcp.calls.length;
  const found = await client.find!({ name: '^many-.*9$' }, signal());
  assert.equal(found.size, 100);
  assert.equal(text(found.get('many-999')!), 'v999');
  const made = gcp.calls.slice(before);
  assert.equal(made.filter(({ path }) => path.endsWith('/secrets')).length, 5);
  assert.equal(made.filter(({ path }) => path.endsWith(':access')).length, 100);
});

test('a path is a start of names; by labels it is a part of them', async (t) => {
  for (const key of ['path-a', 'path-b', 'a-path'])
    put(gcp.secrets, `${place}/${key}`, key, { labels: { p: 'q' } });
  const client = await connect(t);
  const keys = async (query: object) => [...(await client.find!(query, signal())).keys()].sort();
  assert.deepEqual(await keys({ path: 'path', name: '.' }), ['path-a', 'path-b']);
  assert.deepEqual(await keys({ path: 'path', tags: { p: 'q' } }), ['a-path', 'path-a', 'path-b']);
  assert.deepEqual(await keys({ path: 'path/', name: '.' }), []);
  assert.deepEqual(await keys({ name: 'path', tags: { p: 'other' } }), ['a-path', 'path-a', 'path-b']);
});

test('labels have to match all, exactly, and say nothing else to Google than what they are', async (t) => {
  put(gcp.secrets, `${place}/both`, 'v', { labels: { env: 'prod', team: 'a' } });
  put(gcp.secrets, `${place}/one`, 'v', { labels: { env: 'prod', team: 'b' } });
  put(gcp.secrets, `${place}/none`, 'v', { labels: { env: '' } });
  const client = await connect(t);
  const keys = async (tags: Record<string, string>) => [...(await client.find!({ tags }, signal())).keys()];
  assert.deepEqual(await keys({ env: 'prod', team: 'a' }), ['both']);
  assert.deepEqual(await keys({ env: '' }), ['none']);
  for (const tags of [{ 'a b': 'c' }, { a: 'b OR labels.c=d' }, { 'a=b': 'c' }])
    await rejects(client.find!({ tags }, signal()), 'Rejected');
  await rejects(client.find!({ path: 'x' }, signal()), 'Unsupported');
});

test('a regional store finds its own secrets', async (t) => {
  put(gcp.secrets, 'projects/team/locations/us-east5/secrets/local', 'v', { labels: { l: 'm' } });
  const client = await connect(t, { location: 'us-east5' });
  for (const query of [{ name: '.' }, { tags: { l: 'm' } }])
    assert.deepEqual([...(await client.find!(query, signal())).keys()], ['local']);
});

test('a secret without a version is left out; one that may not be read, or is disabled, fails the find', async (t) => {
  put(gcp.secrets, `${place}/part-full`, 'v');
  put(gcp.secrets, `${place}/part-empty`, 'v');
  gcp.secrets.get(`${place}/part-empty`)!.versions.pop();
  const client = await connect(t);
  const find = () => client.find!({ name: '^part-' }, signal());
  assert.deepEqual([...(await find()).keys()], ['part-full']);
  gcp.secrets.get(`${place}/part-full`)!.versions[0]!.state = 'DISABLED';
  await rejects(find(), 'Rejected');
  gcp.secrets.get(`${place}/part-full`)!.versions[0]!.state = 'ENABLED';
  gcp.fail(/part-full.*:access/, new GcpFault('PERMISSION_DENIED'));
  await rejects(find(), 'Denied');
  gcp.heal();
});

test('a project that Google does not find is no empty list', async (t) => {
  gcp.fail(/^GET .*\/secrets$/, new GcpFault('NOT_FOUND'));
  await rejects((await connect(t)).find!({ name: '.' }, signal()), 'Rejected');
  gcp.heal();
});
