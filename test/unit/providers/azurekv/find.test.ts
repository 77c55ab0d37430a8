import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { AzureFault, put } from '../../../fakes/azure-model.ts';
import { azure, connect, rejects, signal, text } from './loopback.ts';

beforeEach(() => azure.vault.clear());

test('find pages through 1,001 secrets, and reads those that match', async (t) => {
  for (let index = 0; index <= 1_000; index++) put(azure.vault, 'secrets', `many-${index}`, `v${index}`);
  const client = await connect(t);
  await client.check(signal());
  const before = azure.calls.length;
  const found = await client.find!({ name: '^many-.*9$' }, signal());
  assert.equal(found.size, 100);
  assert.equal(text(found.get('many-999')!), 'v999');
  const made = azure.calls.slice(before).map(({ path }) => path);
  assert.equal(made.filter((path) => path === '/secrets' || path === '/secrets/').length, 41);
});

test('name and tags both have to match, disabled secrets are passed over, and neither means all', async (t) => {
  put(azure.vault, 'secrets', 'a-prod', 'v', { tags: { env: 'prod', team: 'a' } });
  put(azure.vault, 'secrets', 'b-prod', 'v', { tags: { env: 'prod' } });
  put(azure.vault, 'secrets', 'bare', 'v');
  put(azure.vault, 'secrets', 'off', 'v', { tags: { env: 'prod' }, attributes: { enabled: false } });
  put(azure.vault, 'keys', 'a-key', { kty: 'RSA' });
  const client = await connect(t);
  const keys = async (query: object) => [...(await client.find!(query, signal())).keys()];
  assert.deepEqual(await keys({ tags: { env: 'prod' } }), ['a-prod', 'b-prod']);
  assert.deepEqual(await keys({ tags: { env: 'prod', team: 'a' } }), ['a-prod']);
  assert.deepEqual(await keys({ tags: { env: 'prod' }, name: '^b' }), ['b-prod']);
  assert.deepEqual(await keys({ path: 'whatever' }), ['a-prod', 'b-prod', 'bare']);
  await rejects(client.find!({ name: '(' }, signal()), 'Rejected');
});

test('a secret that is gone when it is read is left out; one that may not be read fails the find', async (t) => {
  put(azure.vault, 'secrets', 'there', 'v');
  put(azure.vault, 'secrets', 'gone', 'v');
  const client = await connect(t);
  azure.fail(/gone/, new AzureFault(404, 'SecretNotFound'));
  assert.deepEqual([...(await client.find!({}, signal())).keys()], ['there']);
  azure.fail(/gone/, new AzureFault(403, 'Forbidden'));
  await rejects(client.find!({}, signal()), 'Denied');
  azure.fail(/^GET \/secrets\/?$/, new AzureFault(404, 'SecretNotFound'));
  await rejects(client.find!({}, signal()), 'Rejected');
  azure.heal();
});
