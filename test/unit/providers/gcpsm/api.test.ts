import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { GcpFault, put } from '../../../fakes/gcp-model.ts';
import { canaries } from '../../../support/canaries.ts';
import { startRecordingProxy } from '../../../support/recording-proxy.ts';
import { connect, gcp, rejects, signal, text } from './loopback.ts';

put(gcp.secrets, 'projects/team/secrets/app', 'value');

test('each of Google’s refusals has its own meaning, and only its own NOT_FOUND is an absence', async (t) => {
  const client = await connect(t);
  const codes = [
    ['PERMISSION_DENIED', 'Denied'],
    ['INVALID_ARGUMENT', 'Rejected'],
    ['FAILED_PRECONDITION', 'Rejected'],
    ['RESOURCE_EXHAUSTED', 'Throttled'],
    ['INTERNAL', 'Unavailable'],
    ['UNAVAILABLE', 'Unavailable'],
    ['NOT_FOUND', 'NotFound'],
    ['UNAUTHENTICATED', 'LoginFailed'],
  ] as const;
  for (const [status, code] of codes) {
    gcp.fail(/:access$/, new GcpFault(status));
    const { details } = await rejects(client.read({ key: 'app' }, signal()), code);
    assert.equal(details.backendCode, status);
    assert.equal(details.what, 'app');
    if (code === 'Throttled') assert.equal(details.retryAfter, 7);
    gcp.heal();
  }
});

test('one attempt is made: repeating is decided where the whole store is seen', async (t) => {
  const client = await connect(t);
  const counted: string[] = [];
  const counting = await connect(t, {}, undefined, undefined, {
    countCall: (call, outcome) => counted.push(`${call} ${outcome}`),
  });
  await client.check(signal());
  gcp.fail(/:access$/, new GcpFault('UNAVAILABLE'));
  const before = gcp.calls.length;
  await rejects(client.read({ key: 'app' }, signal()), 'Unavailable');
  assert.equal(gcp.calls.length, before + 1);
  gcp.heal();
  await counting.read({ key: 'app' }, signal());
  await rejects(counting.read({ key: 'none' }, signal()), 'NotFound');
  assert.deepEqual(counted, ['AccessSecretVersion success', 'AccessSecretVersion success']);
});

test('each read heeds its own signal, however many are under way', async (t) => {
  const proxy = await startRecordingProxy(gcp.url);
  t.after(() => proxy.close());
  process.env.GCP_ENDPOINT_URL = proxy.url;
  const client = await connect(t).finally(() => {
    process.env.GCP_ENDPOINT_URL = gcp.url;
  });
  await client.check(signal());
  proxy.misbehave(/app/, 'hang', 1);
  const given = new AbortController();
  const hanging = client.read({ key: 'app' }, given.signal);
  while (proxy.count(/app/) === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(text((await client.read({ key: 'app' }, signal())).value()), 'value');
  given.abort();
  await rejects(hanging, 'Timeout');
});

test('values stay out of the log, even where the environment asks the SDK to write all that it says', () => {
  const secrets = canaries();
  const value = secrets.marker();
  const program = `
    const { connect, gcp, signal } = await import(process.argv[1]);
    const { put } = await import(process.argv[2]);
    put(gcp.secrets, 'projects/team/secrets/app', ${JSON.stringify(value)});
    const client = await connect({ after() {} });
    const secret = await client.read({ key: 'app' }, signal());
    console.log('read', secret.size);
    await gcp.close();
    process.exit(0);
  `;
  const at = (path: string) => new URL(path, import.meta.url).href;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, at('loopback.ts'), at('../../../fakes/gcp-model.ts')],
    {
      encoding: 'utf8',
      env: { ...process.env, GOOGLE_SDK_NODE_LOGGING: 'all' },
    },
  );
  assert.match(stdout, /read 32/);
  secrets.assertNoCanary(stdout, stderr);
});
