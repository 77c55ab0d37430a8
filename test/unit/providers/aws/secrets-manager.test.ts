import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Retry } from '../../../../providers/kit/retry.ts';
import { AwsFault, put } from '../../../fakes/aws-model.ts';
import { aws, callsSince, connect, rejects, signal, text, texts } from './loopback.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/app-AbCdEf';

test('a key is a name or an ARN, with the prefix as it is; a version is a stage, or an id after uuid/', async (t) => {
  const old = put(aws.secrets, 'team/app', 'old');
  const current = put(aws.secrets, 'team/app', 'new');
  const newest = { VersionStage: 'AWSCURRENT' };
  const rows: [prefix: string | undefined, key: string, version: string | undefined, asked: object][] = [
    [undefined, 'team/app', undefined, { SecretId: 'team/app', ...newest }],
    [undefined, 'team/app', '', { SecretId: 'team/app', ...newest }],
    [undefined, arn, undefined, { SecretId: arn, ...newest }],
    ['team/', 'app', undefined, { SecretId: 'team/app', ...newest }],
    ['team', '/app', undefined, { SecretId: 'team/app', ...newest }],
    [undefined, 'team/app', 'AWSPREVIOUS', { SecretId: 'team/app', VersionStage: 'AWSPREVIOUS' }],
    [undefined, 'team/app', `uuid/${old}`, { SecretId: 'team/app', VersionId: old }],
  ];
  for (const [prefix, key, version, asked] of rows) {
    const client = await connect(t, prefix === undefined ? {} : { prefix });
    const secret = await client.read({ key, ...(version === undefined ? {} : { version }) }, signal());
    assert.deepEqual(aws.calls.at(-1)?.input, asked);
    assert.equal(text(secret.value()), JSON.stringify(asked).includes('CURRENT') ? 'new' : 'old', key);
  }
  // Numbers and ids without uuid/ are stages, as in ESO.
  const client = await connect(t);
  for (const version of ['1234', current]) {
    await rejects(client.read({ key: 'team/app', version }, signal()), 'NotFound');
    assert.deepEqual(aws.calls.at(-1)?.input, { SecretId: 'team/app', VersionStage: version });
  }
});

test('an error names the key of the manifest, without the prefix', async (t) => {
  const client = await connect(t, { prefix: 'company/' });
  assert.equal((await rejects(client.read({ key: 'app' }, signal()), 'NotFound')).details.what, 'app');
});

test('text and bytes arrive as they are; an empty text is a value', async (t) => {
  const client = await connect(t);
  const binary = Buffer.from([0, 0xff, 0xfe, 0x80]);
  const json = Buffer.from('{"a.b":"dotted","n":{ "x": 1.50 }}');
  for (const value of ['text\n', '', binary, json]) {
    put(aws.secrets, 'value', value);
    const secret = await client.read({ key: 'value' }, signal());
    assert.deepEqual(Buffer.from(secret.value()), Buffer.from(value as string));
  }
  const secret = await client.read({ key: 'value' }, signal());
  assert.equal(text(secret.value('a.b')), 'dotted');
  assert.equal(text(secret.value('n')), '{ "x": 1.50 }');

  put(aws.secrets, 'empty', undefined);
  await rejects(client.read({ key: 'empty' }, signal()), 'NotFound');
});

test('metadataPolicy Fetch reads the tags, whatever the version', async (t) => {
  put(aws.secrets, 'tagged', 'value', { 'team.name': 'blue', cost: '<1&2>' });
  put(aws.secrets, 'untagged', 'value');
  const client = await connect(t);
  const start = aws.calls.length;
  const tags = await client.read({ key: 'tagged', version: 'AWSPREVIOUS', metadata: true }, signal());
  assert.equal(text(tags.value()), '{"cost":"\\u003c1\\u00262\\u003e","team.name":"blue"}');
  assert.equal(text(tags.value('team.name')), 'blue');
  assert.deepEqual(texts(tags.map()), { cost: '<1&2>', 'team.name': 'blue' });
  assert.throws(() => tags.value('none'), { code: 'PropertyMissing' });
  const none = await client.read({ key: 'untagged', metadata: true }, signal());
  assert.equal(text(none.value()), '{}');
  assert.deepEqual(callsSince(start), ['DescribeSecret', 'DescribeSecret']);
});

test('find is by name, tags and path together; a tag matches from its start, key and value apart', async (t) => {
  aws.secrets.clear();
  put(aws.secrets, 'find/a', 'A', { team: 'blue', env: 'prod' });
  put(aws.secrets, 'find/b', 'B', { team: 'blue-green' });
  put(aws.secrets, 'finder/c', 'C', { team: 'red', other: 'blue' });
  put(aws.secrets, 'else/a', 'D', { team: 'blue' });
  put(aws.secrets, 'find/gone', 'E', { team: 'blue' });
  aws.secrets.get('find/gone')!.deleted = true;
  const client = await connect(t, { prefix: 'ignored/' });
  const rows: [query: Parameters<NonNullable<typeof client.find>>[0], names: string[]][] = [
    [{ name: 'a$' }, ['find/a', 'else/a']],
    [{ name: 'find', path: 'find/' }, ['find/a', 'find/b']],
    [{ name: '.', path: 'find' }, ['find/a', 'find/b', 'finder/c']],
    [{ tags: { team: 'blue' } }, ['find/a', 'find/b', 'finder/c', 'else/a']],
    [{ tags: { team: 'blue', env: 'prod' } }, ['find/a']],
    [{ tags: { team: 'blue' }, path: 'else' }, ['else/a']],
    [{ name: '^find/', tags: { team: 'blue' } }, ['find/a', 'find/b']],
    [{ name: 'nothing' }, []],
    [{ tags: { none: 'x' } }, []],
  ];
  for (const [query, names] of rows) {
    assert.deepEqual([...(await client.find!(query, signal())).keys()], names, JSON.stringify(query));
  }
  for (const query of [{ path: 'find' }, { path: 'find', tags: {} }])
    await rejects(client.find!(query, signal()), 'Unsupported');
});

test('a found secret that may not be read fails the find and is named; one that went meanwhile does not', async (t) => {
  aws.secrets.clear();
  for (const name of ['open/1', 'open/2', 'closed/3']) put(aws.secrets, name, name);
  put(aws.secrets, 'open/valueless', undefined);
  aws.users.set('AKIAREADER', ['open/', '*']);
  t.after(() => aws.users.set('AKIAREADER', ['']));
  const client = await connect(t);
  assert.deepEqual(texts(await client.find!({ name: '.', path: 'open' }, signal())), {
    'open/1': 'open/1',
    'open/2': 'open/2',
  });
  const error = await rejects(client.find!({ name: '.' }, signal()), 'Denied');
  assert.equal(error.details.what, 'closed/3');
});

test('a store says how many attempts a call gets in all; what repeating cannot help is asked once', async (t) => {
  put(aws.secrets, 'stumbling', 'value');
  const rows: [retry: Retry | undefined, fault: string, attempts: number][] = [
    [undefined, 'ThrottlingException', 1],
    [{ maxRetries: 4, intervalMs: 0 }, 'ThrottlingException', 4],
    [{ maxRetries: 2, intervalMs: 0 }, 'InternalServiceError', 2],
    [{ intervalMs: 0 }, 'InternalServiceError', 3],
    [{ maxRetries: 0, intervalMs: 0 }, 'InternalServiceError', 1],
    [{ maxRetries: 4, intervalMs: 0 }, 'AccessDeniedException', 1],
    [{ maxRetries: 4, intervalMs: 0 }, 'ResourceNotFoundException', 1],
  ];
  for (const [retry, fault, attempts] of rows) {
    const client = await connect(t, {}, retry === undefined ? {} : { retry });
    aws.fail('GetSecretValue', new AwsFault(fault, undefined, fault.startsWith('Internal') ? 500 : 400));
    const made = () => aws.calls.filter(({ input }) => input.SecretId === 'stumbling').length;
    const before = made();
    await assert.rejects(client.read({ key: 'stumbling' }, signal()));
    assert.equal(made() - before, attempts, `${JSON.stringify(retry)} ${fault}`);
  }
});
