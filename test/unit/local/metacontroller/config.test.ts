import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../../local/metacontroller/config.ts';
import { NotCovered } from '../../../../local/metacontroller/errors.ts';
import { mirrors, webhook } from './world.ts';

const child = (updateStrategy?: object) => ({
  childResources: [{ apiVersion: 'v1', resource: 'secrets', ...(updateStrategy && { updateStrategy }) }],
});
const sync = (fields: object) => ({ hooks: { sync: webhook('sync', fields) } });

for (const [what, spec] of [
  ['generateSelector: false', { generateSelector: false }],
  ['generateSelector: false', { generateSelector: undefined }],
  ['endpointConfigs', { endpointConfigs: [{ host: 'hook' }] }],
  ['update method OnDelete (secrets)', child()],
  ['update method OnDelete (secrets)', child({ method: 'OnDelete' })],
  ['update method Recreate (secrets)', child({ method: 'Recreate' })],
  ['update method RollingInPlace (secrets)', child({ method: 'RollingInPlace' })],
  ['sync hook version v1', { hooks: { sync: { webhook: { url: 'http://hook/sync' } } } }],
  ['a finalize hook without webhook', { hooks: { sync: webhook('sync'), finalize: {} } }],
  ['a controller without sync hook', { hooks: { customize: webhook('customize') } }],
  ['responseUnMarshallMode loose', sync({ responseUnMarshallMode: 'loose' })],
  ['etag', sync({ etag: { enabled: true } })],
  ['basicAuth', sync({ basicAuth: { secretRef: { name: 'a', namespace: 'b' } } })],
  ['clientTLS', sync({ clientTLS: { secretRef: { name: 'a', namespace: 'b' } } })],
  [
    'authorization type Basic',
    sync({ authorization: { type: 'Basic', secretRef: { name: 'a', namespace: 'b' } } }),
  ],
] as const) {
  test(`refused rather than approximated: ${what} ${JSON.stringify(spec)}`, () => {
    assert.throws(
      () => readConfig(mirrors(spec)),
      (error) => {
        assert.ok(error instanceof NotCovered);
        assert.equal(error.message, `the stand-in does not cover ${what} (CompositeController mirrors)`);
        return true;
      },
    );
  });
}

for (const [timeout, expected] of [
  [undefined, 10_000],
  ['0s', 10_000],
  ['-3s', 10_000],
  ['15s', 15_000],
  ['1m30.5s', 90_500],
  ['250ms', 250],
] as const) {
  test(`a webhook timeout of ${timeout} is ${expected} ms`, () => {
    const fields = timeout === undefined ? {} : { timeout };
    assert.equal(readConfig(mirrors(sync(fields))).hooks.sync?.timeoutMs, expected);
  });
}

test('a timeout that is no Go duration is an error', () => {
  assert.throws(() => readConfig(mirrors(sync({ timeout: '10 seconds' }))), {
    message: 'time: invalid duration "10 seconds"',
  });
});

test('a Service makes a URL without .svc, whose port and protocol have defaults', () => {
  const url = (service: object) =>
    readConfig(mirrors({ hooks: { sync: { version: 'v2', webhook: { service, path: '/sync' } } } })).hooks
      .sync?.url;
  assert.equal(url({ name: 'hook', namespace: 'ns' }), 'http://hook.ns:80/sync');
  assert.equal(
    url({ name: 'hook', namespace: 'ns', port: 8443, protocol: 'https' }),
    'https://hook.ns:8443/sync',
  );
});
