import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Push } from '../../../../providers/kit/provider.ts';
import { http } from '../../../support/http.ts';
import { client, connect, local, login, proxy, rejects, signal, write } from './loopback.ts';

const writer = (t: Parameters<typeof client>[0], version: 'v1' | 'v2' = 'v2') => {
  const token = local.createToken([{ write: '' }]);
  return connect(
    t,
    {
      server: proxy.url,
      version,
      path: version === 'v2' ? 'secret' : 'kv',
      auth: { tokenSecretRef: { name: 'secrets', key: 'token' } },
    },
    { token },
  );
};

const push = (remoteKey: string, value: string, property?: string): Push => ({
  remoteKey,
  secretKey: 'v',
  ...(property === undefined ? {} : { property }),
  namespace: 'team',
  source: { data: new Map([['v', Buffer.from(value)]]), type: '', labels: {}, annotations: {} },
});

const show = async (path: string) => {
  const { body } = await http({
    url: `${local.url}/v1/${path}`,
    headers: { 'x-vault-token': local.rootToken },
  });
  return JSON.parse(body.toString()).data;
};
const lines = (from: number) =>
  proxy.requests
    .slice(from)
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);

test('a secret is marked before it has a value, in metadata that keep what else is there', async (t) => {
  const vault = await writer(t);
  await write('secret/metadata/mark', '{"custom_metadata":{"team":"a"}}');
  const from = proxy.requests.length;
  assert.equal(await vault.push!(push('mark', '{"v":"1"}'), signal()), 'written');
  assert.deepEqual(lines(from), ['POST /v1/secret/metadata/mark', 'POST /v1/secret/data/mark']);
  assert.deepEqual((await show('secret/metadata/mark')).custom_metadata, {
    'managed-by': 'external-secrets',
    team: 'a',
  });
  assert.equal(await vault.push!(push('mark', '{"v":"2"}'), signal()), 'written');
  assert.equal(lines(from).length, 3, 'a mark that is there is not written again');
});

test('what means the same makes no new version, whatever the order of names and the spelling of numbers', async (t) => {
  const vault = await writer(t);
  await vault.push!(push('same', '{"a":1.50,"b":{"c":[9007199254740993,null]}}'), signal());
  const again = push('same', '{"b":{"c":[9007199254740993,null]},"a":1.5}');
  assert.equal(await vault.push!(again, signal()), 'unchanged');
  assert.equal((await show('secret/metadata/same')).current_version, 1);
});

test('a write that somebody else was faster with is a conflict, and theirs stays', async (t) => {
  const vault = await writer(t);
  await vault.push!(push('race', '1', 'mine'), signal());
  const door = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    if (request.method === 'POST') await write('secret/data/race', '{"data":{"mine":"1","theirs":"x"}}');
    const headers = { 'x-vault-token': local.rootToken };
    const { method = '', url } = request;
    const answer = await http({ url: `${local.url}${url}`, method, headers, body });
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    door.closeAllConnections();
    door.close();
  });
  const late = await connect(
    t,
    {
      server: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
      version: 'v2',
      path: 'secret',
      auth: { tokenSecretRef: { name: 'secrets', key: 'token' } },
    },
    { token: local.rootToken },
  );
  await rejects(late.push!(push('race', '2', 'mine'), signal()), 'Conflict');
  assert.equal((await show('secret/data/race')).data.theirs, 'x');
});

test('a deleted secret is written over its last version', async (t) => {
  const vault = await writer(t);
  await vault.push!(push('again', '{"v":"1"}'), signal());
  await write('secret/data/again', '', 'DELETE');
  assert.equal(await vault.exists!({ remoteKey: 'again' }, signal()), false);
  assert.equal(await vault.push!(push('again', '{"v":"2"}'), signal()), 'written');
  assert.equal((await show('secret/data/again')).metadata.version, 2);
});

test('a property is a name, never a path, and numbers beside it keep their spelling in version 1', async (t) => {
  const vault = await writer(t, 'v1');
  await write('kv/spelling', '{"n":1.50,"custom_metadata":{"managed-by":"external-secrets","team":"a"}}');
  assert.equal(await vault.push!(push('spelling', 'x', 'a.b'), signal()), 'written');
  const secret = await vault.read({ key: 'spelling' }, signal());
  assert.equal(
    Buffer.from(secret.value()).toString(),
    '{"a.b":"x","custom_metadata":{"managed-by":"external-secrets","team":"a"},"n":1.50}',
  );
  assert.equal(await vault.exists!({ remoteKey: 'spelling', property: 'a.b' }, signal()), true);
});

test('an explicit null is not there, and a path that leads somewhere is', async (t) => {
  const vault = await writer(t);
  await write('secret/data/null', '{"data":{"n":null,"o":{"p":1}}}');
  const exists = (property: string) => vault.exists!({ remoteKey: 'null', property }, signal());
  assert.deepEqual([await exists('n'), await exists('o.p'), await exists('o.q')], [false, true, false]);
});

test('without a property only a JSON object can be pushed, and the error shows nothing of it', async (t) => {
  const vault = await writer(t);
  for (const value of ['plain s3cret', '["s3cret"]', '{"cut": "s3cret']) {
    const pushing = vault.push!(push('plain', value), signal());
    await assert.rejects(pushing, (error: Error) => !error.message.includes('s3cret'));
    await rejects(vault.push!(push('plain', value), signal()), 'InvalidPush');
  }
});

test('a store of the wrong engine version writes nothing', async (t) => {
  const vault = await connect(
    t,
    {
      server: proxy.url,
      version: 'v2',
      path: 'kv',
      auth: { tokenSecretRef: { name: 'secrets', key: 'token' } },
    },
    { token: local.createToken([{ write: '' }]) },
  );
  await rejects(vault.push!(push('x', '{}'), signal()), 'WrongMount');
  assert.equal(await vault.delete!({ remoteKey: 'x' }, signal()).catch(({ code }) => code), 'WrongMount');
});

test('a login that may only read is refused by Vault', async (t) => {
  const vault = await client(t, { auth: login });
  await rejects(vault.push!(push('denied', '{}'), signal()), 'Denied');
});
