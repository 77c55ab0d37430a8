import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { generatorRegistry } from '../../../../providers/generator-registry.ts';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import { type Generator, generator, textValues } from '../../../../providers/kit/generator.ts';
import { K } from '../../../../providers/kit/schema.ts';
import { externalSecret, meta, spec } from '../../../support/builders.ts';
import { setup } from '../../../support/one-external-secret.ts';

const hour = 3_600_000;

/** An ExternalSecret whose Secret comes from these generators alone, unless more is said. */
const generated = (refs: readonly object[], fields: object = {}) =>
  externalSecret(
    spec({
      data: undefined,
      secretStoreRef: undefined,
      dataFrom: refs.map((ref) => ({ sourceRef: { generatorRef: ref } })),
      ...fields,
    }),
  );
const object = (kind: string, name: string, specOf?: object): KubeObject => ({
  apiVersion: 'generators.external-secrets.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'team-a' },
  ...(specOf === undefined ? {} : { spec: specOf }),
});
const password = { kind: 'Password', name: 'db' };

/** A generator that counts; its values end after `seconds`. */
function counting({ seconds, now }: { readonly seconds?: number; readonly now: () => number }) {
  const state = { made: 0, failWith: undefined as ProviderError | undefined };
  const kind: Generator = generator({
    kind: 'Webhook',
    description: 'Counts.',
    spec: K.object('Nothing.', {}),
    async generate() {
      if (state.failWith !== undefined) throw state.failWith;
      state.made++;
      return {
        values: textValues({ token: `value ${state.made}` }),
        ...(seconds === undefined ? {} : { until: now() + seconds * 1000 }),
      };
    },
  });
  return { state, built: new Map([...generatorRegistry, ['Webhook', kind]]) };
}
const hook = { kind: 'Webhook', name: 'w' };

function withCounter(parent: KubeObject, seconds?: number) {
  let clock = () => 0;
  const { state, built } = counting({
    ...(seconds === undefined ? {} : { seconds }),
    now: () => clock(),
  });
  const given = setup(parent, {}, built);
  clock = () => given.world.now;
  given.world.generators.set('Webhook/w', object('Webhook', 'w', {}));
  return { ...given, state };
}

test('a generated value comes into the Secret, and stays until the next slot, however often it is asked about', async () => {
  const { world, pass, value, ready } = setup(generated([password]));
  world.generators.set('Password/db', object('Password', 'db', { length: 20, digits: 3, symbols: 2 }));
  await pass();
  const first = value();
  assert.equal(first.length, 20);
  for (let i = 0; i < 5; i++) await pass();
  assert.equal(ready()?.reason, 'SecretSynced');
  assert.equal(value(), first);
  world.now += hour;
  await pass();
  await pass();
  assert.notEqual(value(), first, 'each refresh makes a new one, as in ESO');
});

test('while the write does not land, each pass states the same value', async () => {
  const { pass, value, state } = withCounter(generated([hook]));
  for (let i = 0; i < 4; i++) await pass('fail');
  assert.equal(state.made, 1);
  await pass();
  assert.equal(value('app', 'token'), 'value 1');
});

test('a restart between the write and the status makes nothing a second time', async () => {
  const { world, pass, restart, ready, state, value } = withCounter(generated([hook]));
  await pass();
  restart();
  await pass();
  assert.equal(ready()?.reason, 'SecretSynced');
  assert.deepEqual([state.made, value('app', 'token')], [1, 'value 1']);
  world.now += hour;
  await pass();
  restart();
  await pass();
  await pass();
  assert.deepEqual([state.made, value('app', 'token')], [2, 'value 2']);
});

test('a restart between making and writing leaks one value at the most', async () => {
  const { pass, restart, state, value } = withCounter(generated([hook]));
  await pass('fail');
  restart();
  await pass();
  await pass();
  assert.deepEqual([state.made, value('app', 'token')], [2, 'value 2']);
});

test('a value that ends is made anew before its end, although the interval is longer', async () => {
  const { world, pass, state, value } = withCounter(generated([hook], { refreshInterval: '24h' }), 600);
  await pass();
  await pass();
  const before = world.now;
  const { resyncAfterSeconds = 0 } = answered(await pass());
  assert.ok(resyncAfterSeconds <= 430 && resyncAfterSeconds >= 300, `${resyncAfterSeconds} s`);
  world.now = before + 300_000;
  await pass();
  assert.equal(state.made, 1);
  world.now = before + 430_000;
  await pass();
  await pass();
  assert.deepEqual([state.made, value('app', 'token')], [2, 'value 2']);
  const { resyncAfterSeconds: next = 0 } = answered(await pass());
  assert.ok(next > 300, 'and the next one counts from there');
});

test('the end of a value is known after a restart, too', async () => {
  const { world, pass, restart, state } = withCounter(generated([hook], { refreshInterval: '24h' }), 600);
  await pass();
  restart();
  await pass();
  const status = world.parent.status as { renewTime?: string };
  assert.ok(status.renewTime !== undefined);
  restart();
  world.now = Date.parse(status.renewTime) + 1_000;
  await pass();
  assert.equal(state.made, 2);
});

test('without a refresh by time nothing is made anew: CreatedOnce and interval 0 say so', async () => {
  for (const fields of [
    { refreshInterval: '0s' },
    { refreshPolicy: 'CreatedOnce' },
    { refreshPolicy: 'OnChange' },
  ]) {
    const { world, pass, state } = withCounter(generated([hook], fields), 600);
    await pass();
    await pass();
    world.now += 48 * hour;
    await pass();
    assert.equal(state.made, 1, JSON.stringify(fields));
  }
});

test('two entries of one generator get a value each', async () => {
  const rewrite = [{ regexp: { source: 'token', target: 'other' } }];
  const { world, pass, value, state } = withCounter(
    generated([], {
      dataFrom: [{ sourceRef: { generatorRef: hook } }, { sourceRef: { generatorRef: hook }, rewrite }],
    }),
  );
  await pass();
  await pass();
  assert.deepEqual(Object.keys(world.live.get('app')?.data ?? {}).sort(), ['other', 'token']);
  assert.notEqual(value('app', 'token'), value('app', 'other'));
  assert.equal(state.made, 2);
});

test('generated, found and read values come together in the order of the entries', async () => {
  const { pass, value } = withCounter(
    externalSecret(
      spec({
        dataFrom: [
          { find: { name: { regexp: '.*' } } },
          { sourceRef: { generatorRef: hook }, rewrite: [{ regexp: { source: '^', target: 'made_' } }] },
        ],
        data: [{ secretKey: 'made_token', remoteRef: { key: 'db' } }],
      }),
    ),
  );
  await pass();
  assert.equal(value('app', 'db'), 'one');
  assert.equal(value('app', 'made_token'), 'one', 'data wins over dataFrom');
});

test('nothing is made while another entry cannot be read', async () => {
  const { world, pass, state, value } = withCounter(
    externalSecret(spec({ dataFrom: [{ sourceRef: { generatorRef: hook } }] })),
  );
  world.failWith = new ProviderError('Unavailable');
  for (let i = 0; i < 10; i++) {
    await pass();
    world.now += 60_000;
  }
  assert.equal(state.made, 0);
  world.failWith = undefined;
  world.now += hour;
  await pass();
  assert.deepEqual([state.made, value('app', 'token')], [1, 'value 1']);
});

test('a generator that fails keeps the Secret, says why in its own words, and is not asked in each pass', async () => {
  const { world, pass, ready, value, state } = withCounter(generated([hook]));
  await pass();
  await pass();
  state.failWith = new ProviderError('LoginFailed', { status: 401 });
  world.now += hour;
  await pass();
  assert.equal(ready()?.status, 'False');
  assert.match(
    ready()?.message ?? '',
    /^could not get secret data from provider: error processing spec\.dataFrom\[0\]\.sourceRef\.generatorRef \(Webhook w\): error using generator: .*HTTP 401.*To do: check the generator's auth/,
  );
  assert.equal(value('app', 'token'), 'value 1');
  state.failWith = undefined;
  const held = await pass();
  assert.equal(held.kind, 'wait');
  assert.equal(state.made, 1);
});

test('a generator that says "not found" deletes nothing, whatever the deletionPolicy', async () => {
  const target = { creationPolicy: 'Owner', deletionPolicy: 'Delete' };
  const { world, pass, ready, value, state } = withCounter(generated([hook], { target }));
  await pass();
  await pass();
  state.failWith = new ProviderError('NotFound', { what: 'x' });
  world.now += hour;
  await pass();
  assert.equal(ready()?.status, 'False');
  assert.equal(value('app', 'token'), 'value 1');
});

for (const [name, ref, objects, message] of [
  ['is not there', password, [], /unable to get generator: it does not exist/],
  [
    'is of another group',
    { ...password, apiVersion: 'other.io/v1' },
    [object('Password', 'db', {})],
    /unable to get generator: apiVersion is none of/,
  ],
  [
    'cannot be made',
    password,
    [object('Password', 'db', { length: 4, digits: 3, symbols: 3 })],
    /spec\.length: is less than the digits and symbols/,
  ],
  [
    'has no such shape',
    password,
    [object('Password', 'db', { length: 'x' })],
    /spec\.length: must be integer/,
  ],
  [
    'is of a kind that is not built',
    { kind: 'BeyondtrustWorkloadCredentialsDynamicSecret', name: 'b' },
    [object('BeyondtrustWorkloadCredentialsDynamicSecret', 'b', {})],
    /this version of Keyhook has no such generator/,
  ],
  [
    'is a ClusterGenerator with the spec of another kind',
    { kind: 'ClusterGenerator', name: 'c' },
    [object('ClusterGenerator', 'c', { kind: 'Password', generator: { uuidSpec: {} } })],
    /spec\.generator\.passwordSpec is required/,
  ],
] as const) {
  test(`a generator that ${name} is told, and nothing is written`, async () => {
    const { world, pass, ready } = setup(generated([ref]));
    for (const each of objects) world.generators.set(`${each.kind}/${each.metadata.name}`, each);
    await pass();
    assert.equal(ready()?.status, 'False');
    assert.match(ready()?.message ?? '', message);
    assert.equal(world.live.size, 0);
  });
}

test('a ClusterGenerator makes values like the generator that it holds', async () => {
  const { world, pass, value } = setup(generated([{ kind: 'ClusterGenerator', name: 'c' }]));
  world.generators.set(
    'ClusterGenerator/c',
    object('ClusterGenerator', 'c', { kind: 'UUID', generator: { uuidSpec: {} } }),
  );
  await pass();
  assert.match(value('app', 'uuid'), /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
});

test('a generator of another controller class leaves the ExternalSecret alone', async () => {
  const { world, pass } = setup(generated([{ kind: 'Fake', name: 'f' }]));
  world.generators.set('Fake/f', object('Fake', 'f', { controller: 'other', data: { a: 'b' } }));
  const { response } = { response: answered(await pass()) };
  assert.deepEqual(response.children, []);
  assert.deepEqual(response.status, {});
});

test('a change of the ExternalSecret makes new values, as any refresh does', async () => {
  const { world, pass, state } = withCounter(generated([hook]));
  await pass();
  await pass();
  meta({ generation: 2, annotations: { 'external-secrets.io/force-sync': '1' } })(world.parent);
  await pass();
  await pass();
  assert.equal(state.made, 2);
});

function answered(outcome: Awaited<ReturnType<ReturnType<typeof setup>['pass']>>) {
  if (outcome.kind === 'answer') return outcome.response;
  return assert.fail('no answer');
}

test('what has to be taken back is noted before it is written, and the status names the notes of what the target holds', async () => {
  const built = new Map([
    ...generatorRegistry,
    [
      'Webhook',
      generator({
        kind: 'Webhook',
        description: 'Makes what lives.',
        spec: K.object('Nothing.', {}),
        generate: async () => ({ values: textValues({ token: 't' }), state: '{"id":1}' }),
        revoke: async () => {},
      }),
    ] as const,
  ]);
  const { world, pass, restart } = setup(generated([hook]), {}, built);
  world.generators.set('Webhook/w', object('Webhook', 'w', {}));
  world.parent.metadata.creationTimestamp = '2026-03-01T10:00:00Z';
  const states = () => (world.parent.status as { generatorStates?: string[] } | undefined)?.generatorStates;
  await pass('fail');
  assert.equal(world.states.length, 1, 'although the write does not land');
  assert.equal(states(), undefined);
  await pass();
  restart();
  await pass();
  assert.deepEqual(states(), [world.states[0]?.metadata.name]);
  world.now += hour;
  await pass();
  await pass();
  assert.equal(world.states.length, 2);
  assert.deepEqual(states(), [world.states[1]?.metadata.name]);
});
