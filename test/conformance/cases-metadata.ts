import assert from 'node:assert/strict';
import { type Case, soon } from './bench.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** `metadataPolicy: Fetch`. */
export const metadataCases: readonly Case[] = [
  {
    name: 'what is said of a secret is read by name, is not its value, and what is not said is missing',
    applies: ({ metadata }) => metadata !== undefined,
    async run(bench) {
      const { tag, property } = bench.backend.metadata!;
      const value = bench.marker();
      await bench.backend.seed([{ key: 'values/tagged', json: JSON.stringify({ value }) }]);
      await tag('values/tagged', 'team', 'payments');
      const client = await bench.reader();
      const secret = await client.read({ key: 'values/tagged', metadata: true }, soon());
      assert.equal(text(secret.value(property('team'))), 'payments');
      assert(text(secret.value()).includes('payments'));
      assert(!text(secret.value()).includes(value));
      bench.throws(() => secret.value(property('other')), 'PropertyMissing');
    },
  },
  {
    name: 'what is said of a secret is no value: where nothing can be told, asking for it is refused',
    applies: ({ tellsNothing }) => tellsNothing === true,
    async run(bench) {
      await bench.backend.seed([{ key: 'values/untold', json: JSON.stringify({ v: bench.marker() }) }]);
      const client = await bench.reader();
      await bench.rejects(client.read({ key: 'values/untold', metadata: true }, soon()), 'Unsupported');
    },
  },
];
