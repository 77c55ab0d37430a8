import assert from 'node:assert/strict';
import { ProviderError } from '../../providers/kit/errors.ts';
import { registry } from '../../providers/registry.ts';
import { type Case, soon } from './bench.ts';

/** How a provider calls its backend, whatever it asks. */
export const callCases: readonly Case[] = [
  {
    name: "every call that is counted took its turn under the vendor's rate limits, which name it",
    applies: ({ values }) => values === 'own',
    async run(bench) {
      const { backend, harness } = bench;
      await backend.seed([{ key: 'calls/paced', json: '{"v":"1"}' }]);
      const [paced, counted]: [string[], string[]] = [[], []];
      const store = backend.store('reader');
      const client = await bench.connect(
        'reader',
        { paceCall: async (call) => void paced.push(call), countCall: (call) => void counted.push(call) },
        store,
      );
      await client.read({ key: 'calls/paced' }, soon());
      const limits = registry.get(harness.provider)?.rateLimits?.(store.spec as never) ?? [];
      const isLimited = (call: string) => limits.some(({ of }) => of?.includes(call) ?? true);
      assert(limits.length === 0 || counted.some(isLimited), `no limit for any of ${counted}`);
      await client.find?.({ name: 'calls' }, soon()).catch(() => {});
      await client.check(soon());
      assert(counted.length > 0);
      assert.deepEqual(counted.sort(), paced.sort());
    },
  },
  {
    name: 'a call that gets no turn is not made, and nothing else is made of the refusal',
    applies: ({ values }) => values === 'own',
    async run(bench) {
      await bench.backend.seed([{ key: 'calls/refused', json: '{"v":"1"}' }]);
      const counted: string[] = [];
      const client = await bench.connect('reader', {
        paceCall: async () => {
          throw new ProviderError('RateLimited', { retryAfter: 7 });
        },
        countCall: (call) => void counted.push(call),
      });
      const error = await bench.rejects(client.read({ key: 'calls/refused' }, soon()), 'RateLimited');
      assert.equal(error.details.retryAfter, 7);
      assert.deepEqual(counted, []);
    },
  },
];
