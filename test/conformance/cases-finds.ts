import assert from 'node:assert/strict';
import type { SecretMap } from '../../providers/kit/provider.ts';
import { type Case, soon } from './bench.ts';

const texts = (map: SecretMap) =>
  Object.fromEntries([...map].map(([key, bytes]) => [key, Buffer.from(bytes).toString()]));

/** `dataFrom.find`: by name, by tags, by path, and over all pages. */
export const findCases: readonly Case[] = [
  {
    name: 'find returns the whole secrets whose names match',
    applies: ({ finds }) => finds !== undefined,
    async run(bench) {
      const { path, nameOf } = bench.backend.finds!;
      const keys = ['find/one', 'find/deep/er/two', 'find/other'];
      await bench.backend.seed(keys.map((key) => ({ key, json: JSON.stringify({ key }) })));
      const query = { ...(path === undefined ? {} : { path: 'find' }), name: 'find.*(one|two)$' };
      const client = await bench.reader();
      const found = await client.find!(query, soon());
      assert.deepEqual(texts(found), {
        [nameOf('find/one')]: '{"key":"find/one"}',
        [nameOf('find/deep/er/two')]: '{"key":"find/deep/er/two"}',
      });
      assert.equal((await client.find!({ ...query, name: 'matches-nothing' }, soon())).size, 0);
      await bench.rejects(client.find!({ ...query, name: '(' }, soon()), 'Rejected');
    },
  },
  {
    name: 'find goes through all pages: none of 1,001 secrets is lost',
    applies: ({ finds, values }) => finds !== undefined && values === 'own',
    async run(bench) {
      const { path, nameOf } = bench.backend.finds!;
      const keys = Array.from({ length: 1_001 }, (_, index) => `many/${index}`);
      await bench.backend.seed(keys.map((key) => ({ key, json: JSON.stringify({ key }) })));
      const query = { ...(path === undefined ? {} : { path: 'many' }), name: 'many.\\d*00$' };
      const found = await (await bench.reader()).find!(query, soon());
      const expected = keys.filter((key) => /\/\d*00$/.test(key));
      assert.deepEqual([...found.keys()].sort(), expected.map(nameOf).sort());
    },
  },
  {
    name: 'find by tags returns those that carry all of them, with their very values',
    applies: ({ finds }) => finds?.tags !== undefined,
    async run(bench) {
      const { backend } = bench;
      const { tags, nameOf } = backend.finds!;
      const { metadata } = backend;
      assert(tags && metadata !== undefined);
      const keys = ['tagged/one', 'tagged/two', 'tagged/other', 'tagged/none'];
      await backend.seed(keys.map((key) => ({ key, json: JSON.stringify({ key }) })));
      for (const [key, value] of [
        ['tagged/one', 'found'],
        ['tagged/two', 'found'],
        ['tagged/other', 'another'],
      ] as const)
        await metadata.tag(key, 'squad', value);
      const client = await bench.reader();
      const found = await client.find!({ tags: { squad: 'found' } }, soon());
      assert.deepEqual([...found.keys()].sort(), ['tagged/one', 'tagged/two'].map(nameOf).sort());
      assert.equal((await client.find!({ tags: { squad: 'found', other: 'found' } }, soon())).size, 0);
    },
  },
  {
    name: 'find stays below its path',
    applies: ({ finds }) => finds?.path !== undefined,
    async run(bench) {
      const { nameOf } = bench.backend.finds!;
      const keys = ['below/one', 'beside/one'];
      await bench.backend.seed(keys.map((key) => ({ key, json: JSON.stringify({ key }) })));
      const found = await (await bench.reader()).find!({ path: 'below', name: 'one' }, soon());
      assert.deepEqual([...found.keys()], [nameOf('below/one')]);
    },
  },
];
