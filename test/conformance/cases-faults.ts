import assert from 'node:assert/strict';
import type { ProviderErrorCode } from '../../providers/kit/errors.ts';
import type { Fault } from '../support/recording-proxy.ts';
import { type Bench, type Case, soon } from './bench.ts';

/** What each misbehaviour of a backend, or of what stands in front of it, has to come to. */
const faults: readonly [fault: Fault, ...codes: ProviderErrorCode[]][] = [
  ['forbidden', 'Denied', 'LoginFailed'],
  ['html-404', 'Malformed'],
  ['throttled', 'Throttled'],
  ['server-error', 'Unavailable'],
  ['garbage', 'Malformed'],
  ['half-body', 'Malformed'],
  ['reset', 'Unavailable'],
];

const read = async (bench: Bench, key: string) => (await bench.reader()).read({ key }, soon());

/** Absence, and everything that must not be taken for it (design rule 6). */
export const faultCases: readonly Case[] = [
  {
    name: 'a secret that does not exist is absent, where the backend says so, and its error names the key',
    async run(bench) {
      const error = await bench.rejects(read(bench, 'absent/nothing'), bench.absent);
      assert.equal(error.retry, bench.absent === 'NotFound' ? 'absent' : 'user');
      assert.equal(error.details.what, bench.nameOf('absent/nothing'));
    },
  },
  {
    name: 'a secret that was removed is absent',
    applies: ({ remove }) => remove !== undefined,
    async run(bench) {
      await bench.backend.seed([{ key: 'absent/removed', json: '{"v":"1"}' }]);
      await read(bench, 'absent/removed');
      await bench.backend.remove!('absent/removed');
      await bench.rejects(read(bench, 'absent/removed'), bench.absent);
    },
  },
  ...faults.map(
    ([fault, ...codes]): Case => ({
      name: `${fault} is ${codes.join(' or ')}, for a secret that exists and one that does not`,
      applies: ({ fail, undetectable = [] }) => fail !== undefined && !undetectable.includes(fault),
      async run(bench) {
        const json = JSON.stringify({ v: bench.marker() });
        await bench.backend.seed([{ key: 'faults/there', json }]);
        for (const key of ['faults/there', 'faults/absent']) {
          bench.backend.fail!(fault);
          try {
            const error = await bench.rejects(read(bench, key), ...codes);
            if (fault === 'throttled') assert.equal(error.details.retryAfter, 1);
          } finally {
            bench.backend.fail!(undefined);
          }
        }
        await read(bench, 'faults/there');
      },
    }),
  ),
  {
    name: 'a backend that does not answer is given up when the caller gives up',
    applies: ({ fail }) => fail !== undefined,
    async run(bench) {
      bench.backend.fail!('hang');
      const client = await bench.reader();
      const reading = client.read({ key: 'faults/there' }, AbortSignal.timeout(100));
      await bench.rejects(reading, 'Timeout').finally(() => bench.backend.fail!(undefined));
    },
  },
  {
    name: 'find that fails half way fails as a whole',
    applies: ({ fail, finds }) => fail !== undefined && finds?.path !== undefined,
    async run(bench) {
      await bench.backend.seed([{ key: 'faults/found', json: JSON.stringify({ v: bench.marker() }) }]);
      const client = await bench.reader();
      for (const [fault, ...codes] of faults) {
        bench.backend.fail!(fault);
        const finding = client.find!({ path: 'faults', name: 'found' }, soon());
        await bench.rejects(finding, ...codes).finally(() => bench.backend.fail!(undefined));
      }
    },
  },
  {
    name: 'a backend that is not there at all is unavailable',
    applies: ({ nowhere }) => nowhere !== undefined,
    async run(bench) {
      const client = await bench.connect('reader', undefined, bench.backend.nowhere!());
      await bench.rejects(client.read({ key: 'faults/there' }, soon()), 'Unavailable');
      await bench.rejects(client.check(soon()), 'Unavailable');
    },
  },
];
