import assert from 'node:assert/strict';
import { jsonSecret } from '../../providers/kit/json/json-secret.ts';
import type { Push, SecretsClient } from '../../providers/kit/provider.ts';
import type { Fault } from '../support/recording-proxy.ts';
import { type Bench, type Case, soon } from './bench.ts';
import type { Backend, PushKind } from './harness.ts';

/** A Secret of these texts, of which one key is pushed unless `secretKey` is undefined. */
const pushOf = (
  remoteKey: string,
  data: Readonly<Record<string, string>>,
  fields: Partial<Push> = {},
): Push => ({
  remoteKey,
  namespace: 'team',
  source: {
    data: new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text)])),
    type: 'Opaque',
    labels: {},
    annotations: {},
  },
  ...fields,
});

const pushes =
  (...kinds: PushKind[]) =>
  ({ pushes }: Backend) =>
    pushes !== undefined && kinds.every((kind) => pushes.kinds.includes(kind));
const marks = ({ pushes }: Backend) => pushes?.unmanaged === 'refused';

/** One client writes and reads, since values that stand in a store are known to its client only. */
const writer = async (bench: Bench) => {
  const client = await bench.connect('writer');
  const write = (push: Push) => client.push!(push, soon());
  const peek = bench.backend.pushes?.peek;
  const read = async (key: string) =>
    peek === undefined
      ? client.read({ key }, soon())
      : jsonSecret(await peek(key), { dots: 'as-given', flatten: 'raw', what: key });
  const text = async (key: string, property?: string) =>
    Buffer.from((await read(key)).value(property)).toString();
  return { client, write, text };
};

/** How something is pushed by the backend's first kind, and read back. */
const any = (bench: Bench, remoteKey: string, value: string): Push => {
  const [kind] = bench.backend.pushes!.kinds;
  const data = { v: kind === 'key' ? JSON.stringify({ v: value }) : value };
  return pushOf(remoteKey, data, {
    ...(kind === 'whole' ? {} : { secretKey: 'v' }),
    ...(kind === 'property' ? { property: 'v' } : {}),
  });
};

const exists = (client: SecretsClient, remoteKey: string, property?: string) =>
  client.exists!({ remoteKey, ...(property === undefined ? {} : { property }) }, soon());

const difficult = {
  html: '<a>&amp;</a>',
  quotes: '"\\"',
  unicode: 'ключ 🔑',
  pem: '-----BEGIN KEY-----\nAbCd+/==\n-----END KEY-----\n',
  json: '{"inner": [1.50, null]}',
};

/** Spec providers 13.3: what is there (nothing: no secret), the property, and what is there then; undefined where it has no place. */
const settings: readonly [existing: string | undefined, property: string, then: string | undefined][] = [
  [undefined, 'a.b', '{"a":{"b":"v"}}'],
  ['{"a":1}', 'b', '{"a":1,"b":"v"}'],
  ['{"a":{"x":1}}', 'a.b', '{"a":{"x":1,"b":"v"}}'],
  ['{"a.b":"old"}', 'a.b', '{"a.b":"old","a":{"b":"v"}}'],
  ['{"a":1}', 'a.b', '{"a":{"b":"v"}}'],
  ['{}', 'a\\.b', '{"a.b":"v"}'],
  ['{}', 'items.0', '{"items":["v"]}'],
  ['{}', 'items.2', '{"items":[null,null,"v"]}'],
  ['{"items":["x"]}', 'items.-1', '{"items":["x","v"]}'],
  ['{}', 'items.:0', '{"items":{"0":"v"}}'],
  ['"x"', 'a', '{"a":"v"}'],
  ['{"ab":"x"}', 'a*', '{"ab":"v"}'],
  ['{}', ':key', '{"key":"v"}'],
  ['[1]', 'a', undefined],
  ['{"a":1}', 'user@host', undefined],
];

/** What a refused look must not be taken for: that there is nothing to overwrite. */
const looks: readonly Fault[] = ['html-404', 'server-error', 'garbage', 'half-body', 'forbidden', 'reset'];

/** Writing, and what must not be written (spec providers 1.8). */
export const pushCases: readonly Case[] = [
  {
    name: 'a key that is pushed is read back to the byte, and pushing it again writes nothing',
    readsNothing: true,
    applies: pushes('key'),
    async run(bench) {
      const { write, text } = await writer(bench);
      const value = JSON.stringify(difficult);
      const push = pushOf('push/key', { v: value, other: 'not pushed' }, { secretKey: 'v' });
      assert.equal(await write(push), 'written');
      for (const [name, expected] of Object.entries(difficult))
        assert.equal(await text('push/key', name), expected);
      const writes = bench.backend.pushes!.writes?.();
      if (bench.backend.pushes!.repeated === 'unchanged') {
        assert.equal(await write(push), 'unchanged');
        assert.equal(bench.backend.pushes!.writes?.(), writes);
      }
      assert.equal(await write(pushOf('push/key', { v: '{"v":"new"}' }, { secretKey: 'v' })), 'written');
      assert.equal(await text('push/key', 'v'), 'new');
    },
  },
  {
    name: 'properties are pushed one by one into one secret, and the others stay',
    applies: pushes('property'),
    async run(bench) {
      const { write, text } = await writer(bench);
      for (const [property, value] of Object.entries(difficult)) {
        const push = pushOf('push/properties', { v: value }, { secretKey: 'v', property });
        assert.equal(await write(push), 'written');
        if (bench.backend.pushes!.repeated === 'unchanged') assert.equal(await write(push), 'unchanged');
      }
      for (const [property, value] of Object.entries(difficult))
        assert.equal(await text('push/properties', property), value);
      const changed = pushOf('push/properties', { v: 'new' }, { secretKey: 'v', property: 'html' });
      assert.equal(await write(changed), 'written');
      assert.equal(await text('push/properties', 'html'), 'new');
      assert.equal(await text('push/properties', 'pem'), difficult.pem);
    },
  },
  {
    name: 'properties are set by the golden table, and what has no place is an error',
    applies: (backend) => pushes('property', 'key')(backend) && backend.pushes?.paths === true,
    async run(bench) {
      const { write, text } = await writer(bench);
      for (const [index, [existing, property, then]] of settings.entries()) {
        const key = `push/set-${index}`;
        if (existing !== undefined) await write(pushOf(key, { v: existing }, { secretKey: 'v' }));
        const push = write(pushOf(key, { v: 'v' }, { secretKey: 'v', property }));
        if (then === undefined) await bench.rejects(push, 'NotSettable');
        else assert.equal(await push, 'written', property);
        assert.equal(await text(key), then ?? existing, `${existing} ${property}`);
      }
    },
  },
  {
    name: 'a whole Secret is pushed with all its keys',
    applies: pushes('whole'),
    async run(bench) {
      const { write, text } = await writer(bench);
      assert.equal(await write(pushOf('push/whole', difficult)), 'written');
      for (const [name, value] of Object.entries(difficult))
        assert.equal(await text('push/whole', name), value);
      if (bench.backend.pushes!.repeated === 'unchanged')
        assert.equal(await write(pushOf('push/whole', difficult)), 'unchanged');
    },
  },
  {
    name: 'a push asks for a key that the Secret has',
    readsNothing: true,
    applies: pushes('key'),
    async run(bench) {
      const { write } = await writer(bench);
      await bench.rejects(write(pushOf('push/none', { a: '{}' }, { secretKey: 'b' })), 'InvalidPush');
    },
  },
  {
    name: 'what is not ours is neither overwritten nor deleted',
    applies: marks,
    async run(bench) {
      const kept = bench.marker();
      await bench.backend.seed([{ key: 'push/foreign', json: JSON.stringify({ v: kept }) }]);
      const { client, write, text } = await writer(bench);
      const refused = await bench.rejects(write(any(bench, 'push/foreign', 'mine')), 'NotOwned');
      assert.equal(refused.details.what, bench.nameOf('push/foreign'));
      assert.equal(await client.delete!({ remoteKey: 'push/foreign' }, soon()), 'unmanaged');
      assert.equal(await exists(client, 'push/foreign'), true);
      assert.equal(await text('push/foreign', 'v'), kept);
    },
  },
  {
    name: 'what was pushed exists, is deleted once, and is absent then',
    readsNothing: true,
    applies: ({ pushes }) => pushes !== undefined,
    async run(bench) {
      const { client, write } = await writer(bench);
      const target = { remoteKey: 'push/deleted' };
      assert.equal(await exists(client, 'push/deleted'), false);
      assert.equal(await client.delete!(target, soon()), 'absent');
      assert.equal(await write(any(bench, 'push/deleted', 'v')), 'written');
      assert.equal(await exists(client, 'push/deleted'), true);
      const property = bench.backend.pushes!.kinds[0] === 'property' ? { property: 'v' } : {};
      assert.equal(await client.delete!({ ...target, ...property }, soon()), 'deleted');
      if (bench.backend.reads !== 'never')
        await bench.rejects(client.read({ key: 'push/deleted' }, soon()), bench.absent);
      assert.equal(await client.delete!(target, soon()), 'absent');
      assert.equal(await exists(client, 'push/deleted'), false);
    },
  },
  {
    name: 'a property is deleted without the others, and the last one with its secret',
    applies: (backend) => pushes('property')(backend) && backend.pushes?.deletes === 'property',
    async run(bench) {
      const { client, write, text } = await writer(bench);
      const remoteKey = 'push/by-property';
      for (const property of ['one', 'two'])
        await write(pushOf(remoteKey, { v: property }, { secretKey: 'v', property }));
      assert.equal(await exists(client, remoteKey, 'one'), true);
      assert.equal(await exists(client, remoteKey, 'three'), false);
      const remove = (property: string) => client.delete!({ remoteKey, property }, soon());
      assert.equal(await remove('three'), 'absent');
      assert.equal(await remove('one'), 'property-deleted');
      assert.equal(await exists(client, remoteKey, 'one'), false);
      assert.equal(await text(remoteKey, 'two'), 'two');
      assert.equal(await remove('two'), 'deleted');
      assert.equal(await exists(client, remoteKey), false);
    },
  },
  {
    name: 'who may only read may not write, and nothing is written',
    applies: ({ pushes, identities }) => pushes !== undefined && identities === 'several',
    async run(bench) {
      const reader = await bench.connect('reader');
      const value = bench.marker();
      await bench.rejects(reader.push!(any(bench, 'push/denied', value), soon()), 'Denied');
      assert.equal(await exists(reader, 'push/denied'), false);
    },
  },
  {
    name: 'a look that fails is no proof of absence: nothing is written, deleted or called absent',
    readsNothing: true,
    applies: ({ pushes, fail }) => pushes?.writes !== undefined && fail !== undefined,
    async run(bench) {
      const { client, write } = await writer(bench);
      const [first, second] = [bench.marker(), bench.marker()];
      await write(any(bench, 'push/faults', first));
      const writes = bench.backend.pushes!.writes!();
      for (const fault of looks) {
        bench.backend.fail!(fault);
        const target = { remoteKey: 'push/faults' };
        const codes = ['Malformed', 'Unavailable', 'Denied', 'LoginFailed'] as const;
        await bench.rejects(write(any(bench, 'push/faults', second)), ...codes);
        await bench.rejects(client.delete!(target, soon()), ...codes);
        await bench.rejects(client.exists!(target, soon()), ...codes);
        bench.backend.fail!(undefined);
      }
      assert.equal(bench.backend.pushes!.writes!(), writes);
      assert.equal(await exists(client, 'push/faults'), true);
    },
  },
];
