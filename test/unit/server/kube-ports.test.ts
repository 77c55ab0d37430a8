import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject, SecretObject } from '../../../composite-controllers/lib/objects.ts';
import { type KubeApi, KubeApiError } from '../../../server/kube-api.ts';
import { kubeReader, targetSecrets } from '../../../server/kube-ports.ts';

const metadata = { name: 'app', namespace: 'team-a', uid: 'u', resourceVersion: '7' };
const secret: SecretObject = { apiVersion: 'v1', kind: 'Secret', metadata, data: { a: 'YQ==' } };

type Answer = (...args: never[]) => unknown;

/** An API of which only the given methods may be called. */
function api(methods: Partial<Record<keyof KubeApi, Answer>>): KubeApi {
  return new Proxy(methods as unknown as KubeApi, {
    get:
      (target, name: keyof KubeApi) =>
      async (...args: never[]) =>
        ((target[name] as unknown as Answer | undefined) ?? assert.fail(`${name} was called`))(...args),
  });
}

const failing =
  (status: number, reason = 'X') =>
  () => {
    throw new KubeApiError(status, reason, 'the value hunter2');
  };

describe('what providers read', () => {
  test('of a Secret are bytes under every key, with its identity', async () => {
    const data = JSON.parse('{"__proto__":"AP8=","text":"w7w="}');
    const read = await kubeReader(api({ get: () => ({ ...secret, data }) })).secret('team-a', 'app');
    assert.deepEqual([read?.uid, read?.resourceVersion], ['u', '7']);
    assert.deepEqual(
      [...(read?.data ?? [])].map(([key, bytes]) => [key, [...bytes]]),
      [
        ['__proto__', [0, 255]],
        ['text', [0xc3, 0xbc]],
      ],
    );
  });

  test('of a ConfigMap are its text and its binary data', async () => {
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { ca: 'ü' },
      binaryData: { der: '/w==' },
    };
    const read = await kubeReader(api({ get: () => map })).configMap('team-a', 'app');
    assert.deepEqual(
      [...(read?.data ?? [])].map(([key, bytes]) => [key, [...bytes]]),
      [
        ['ca', [0xc3, 0xbc]],
        ['der', [255]],
      ],
    );
  });

  test('of a ServiceAccount are its annotations', async () => {
    const account = (annotations?: object) => ({ metadata: { ...metadata, annotations } }) as KubeObject;
    const read = (annotations?: object) =>
      kubeReader(api({ get: () => account(annotations) })).serviceAccount('team-a', 'app');
    assert.deepEqual(await read({ role: 'r' }), { annotations: { role: 'r' } });
    assert.deepEqual(await read(), { annotations: {} });
  });

  test('is a token for the audiences asked for, and the moment of its end', async () => {
    const specs: unknown[] = [];
    const status = { token: 't', expirationTimestamp: '2026-01-01T00:00:00Z' };
    const reader = kubeReader(
      api({
        createToken: (_: string, __: string, spec: object) => {
          specs.push(spec);
          return { status };
        },
      }),
    );
    assert.deepEqual(
      await reader.serviceAccountToken('team-a', 'sa', { audiences: ['vault'], expirationSeconds: 600 }),
      {
        token: 't',
        expiresAt: Date.parse('2026-01-01T00:00:00Z'),
      },
    );
    await reader.serviceAccountToken('team-a', 'sa', { audiences: [] });
    assert.deepEqual(specs, [{ audiences: ['vault'], expirationSeconds: 600 }, {}]);
  });

  test('is undefined when the API server says that it is not there, and an error when it says anything else', async () => {
    const reads = (status: number) => {
      const reader = kubeReader(api({ get: failing(status), createToken: failing(status) }));
      return [
        () => reader.secret('team-a', 'app'),
        () => reader.configMap('team-a', 'app'),
        () => reader.serviceAccount('team-a', 'app'),
        () => reader.serviceAccountToken('team-a', 'app', { audiences: [] }),
      ];
    };
    for (const read of reads(404)) assert.equal(await read(), undefined);
    for (const status of [0, 401, 403, 500, 503])
      for (const read of reads(status)) await assert.rejects(read(), { status });
  });

  test('is refused when a token has no end', async () => {
    const reader = kubeReader(api({ createToken: () => ({ status: { token: 't' } }) }));
    await assert.rejects(reader.serviceAccountToken('team-a', 'sa', { audiences: [] }), {
      reason: 'Malformed',
    });
  });
});

describe('the hook asks for one object in one namespace, or not at all', () => {
  const names: readonly [namespace: string, name: string][] = [
    ['', 'app'],
    ['team-a', ''],
    ['team-a', '../../team-b/secrets/app'],
    ['team-a/secrets/x', 'app'],
    ['team-a', 'App'],
    ['team-a', 'a'.repeat(254)],
    ['*', 'app'],
  ];
  for (const [namespace, name] of names)
    test(`${namespace} and ${name.slice(0, 30)}`, async () => {
      const reader = kubeReader(api({}));
      const target = targetSecrets(api({}));
      for (const call of [
        reader.secret(namespace, name),
        reader.configMap(namespace, name),
        reader.serviceAccount(namespace, name),
        reader.serviceAccountToken(namespace, name, { audiences: [] }),
        target.get(namespace, name),
        target.patch(namespace, name, []),
        target.apply({ ...secret, metadata: { namespace, name } }, 'us'),
      ])
        await assert.rejects(call, { status: 400, reason: 'InvalidName' });
    });
});

describe('a patch of a target Secret', () => {
  const patch = [
    { op: 'test', path: '/metadata/resourceVersion', value: '7' },
    { op: 'remove', path: '/metadata/ownerReferences' },
  ] as const;
  const patching = (methods: Parameters<typeof api>[0]) =>
    targetSecrets(api(methods)).patch('team-a', 'app', patch);
  const at = (resourceVersion: string) => ({ ...secret, metadata: { ...metadata, resourceVersion } });

  test('that succeeds gives the Secret', async () => {
    assert.deepEqual(await patching({ jsonPatch: () => secret }), { kind: 'patched', secret });
  });

  test('is a conflict when the Secret has moved on or is gone', async () => {
    for (const methods of [
      { jsonPatch: failing(404) },
      { jsonPatch: failing(409) },
      { jsonPatch: failing(422), get: () => at('8') },
      { jsonPatch: failing(422), get: failing(404) },
    ])
      assert.deepEqual(await patching(methods), { kind: 'conflict' });
  });

  test('fails when the Secret is as it was: then its result was refused, or the call', async () => {
    await assert.rejects(patching({ jsonPatch: failing(422), get: () => at('7') }), { status: 422 });
    await assert.rejects(patching({ jsonPatch: failing(403) }), { status: 403 });
    await assert.rejects(patching({ jsonPatch: failing(0) }), { status: 0 });
  });

  test('a live Secret that is not there is undefined', async () => {
    assert.equal(await targetSecrets(api({ get: failing(404) })).get('team-a', 'app'), undefined);
    assert.deepEqual(await targetSecrets(api({ get: () => secret })).get('team-a', 'app'), secret);
  });
});

describe('an apply of a target Secret', () => {
  const applying = (apply: Answer) => targetSecrets(api({ apply })).apply(secret, 'us');

  test('is forced, and under the field manager that it is given', async () => {
    const calls: unknown[] = [];
    const result = await applying((type: { resource: string }, object: object, options: object) => {
      calls.push([type.resource, object, options]);
      return secret;
    });
    assert.deepEqual(result, { kind: 'applied', secret });
    assert.deepEqual(calls, [['secrets', secret, { fieldManager: 'us', force: true }]]);
  });

  test('is a conflict when the Secret that it names by uid and version has moved on or is gone', async () => {
    assert.deepEqual(await applying(failing(409)), { kind: 'conflict' });
  });

  test('fails when it was refused, or did not arrive', async () => {
    for (const status of [0, 403, 404, 422, 500]) await assert.rejects(applying(failing(status)), { status });
  });
});
