import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ProviderError } from '../../../providers/kit/errors.ts';
import type { RateLimit } from '../../../providers/kit/rate-limit.ts';
import { createRateLimits } from '../../../providers/rate-limits.ts';
import { registry } from '../../../providers/registry.ts';

/** A minute's worth of ten, of which four may come at once: one in ten seconds. */
const tenAMinute: RateLimit = { calls: 10, seconds: 60, burst: 4 };

const refusal = (work: Promise<unknown>): Promise<ProviderError> =>
  work.then(
    () => assert.fail('a turn was given'),
    (error: unknown) => {
      assert(error instanceof ProviderError);
      return error;
    },
  );

function stepped(options: { max?: number; maxWaitMs?: number } = {}) {
  const clock = { ms: 1_000_000 };
  const limits = createRateLimits({ now: () => clock.ms, ...options });
  return { clock, paceOf: limits.paceOf };
}

describe('turns under a rate limit', () => {
  test('the burst goes at once, then one call for each interval; who comes too early hears when to come', async () => {
    const { clock, paceOf } = stepped();
    const pace = paceOf('p', [tenAMinute], 'identity');
    for (let call = 0; call < 4; call++) assert.equal(await pace.take('Read'), 'at once');
    const refused = await refusal(pace.take('Read'));
    assert.equal(refused.code, 'RateLimited');
    assert.equal(refused.retry, 'busy');
    assert.match(refused.message, /10 calls in 60 s, retry after 10 s/);
    clock.ms += 10_000;
    assert.equal(await pace.take('Read'), 'at once');
    clock.ms += 7_500;
    assert.equal((await refusal(pace.take('Read'))).details.retryAfter, 3);
    clock.ms += 3_600_000;
    for (let call = 0; call < 4; call++) await pace.take('Read');
    await refusal(pace.take('Read'));
  });

  test('a turn that comes soon is waited for, each in its order', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    const pace = createRateLimits({ now: Date.now }).paceOf('p', [{ calls: 6, seconds: 5, burst: 1 }], 'i');
    assert.equal(await pace.take('Read'), 'at once');
    const turns: string[] = [];
    const take = (name: string) => pace.take('Read').then((turn) => turns.push(`${name} ${turn}`));
    const both = [take('first'), take('second')];
    assert.equal((await refusal(pace.take('Read'))).details.retryAfter, 3);
    t.mock.timers.tick(1_000);
    await both[0];
    assert.deepEqual(turns, ['first waited']);
    t.mock.timers.tick(1_000);
    await both[1];
    assert.deepEqual(turns, ['first waited', 'second waited']);
  });

  test('the wait ends with its caller', async () => {
    const pace = createRateLimits({ now: Date.now }).paceOf('p', [{ calls: 2, seconds: 2, burst: 1 }], 'i');
    await pace.take('Read');
    const gone = AbortSignal.abort();
    assert.equal((await refusal(pace.take('Read', gone))).code, 'Timeout');
  });

  test('identities, and what else the vendor counts by, do not take turns of each other', async () => {
    const { paceOf } = stepped();
    const one: RateLimit = { calls: 1, seconds: 60, burst: 1 };
    const mine = paceOf('p', [{ ...one, per: 'vault-1' }], 'mine');
    await mine.take('Read');
    await paceOf('p', [{ ...one, per: 'vault-1' }], 'yours').take('Read');
    await paceOf('p', [{ ...one, per: 'vault-2' }], 'mine').take('Read');
    await paceOf('q', [{ ...one, per: 'vault-1' }], 'mine').take('Read');
    await refusal(mine.take('Read'));
    await refusal(paceOf('p', [{ ...one, per: 'vault-1' }], 'mine').take('Read'));
  });

  test('a call counts where it is named, and takes no token anywhere when one limit refuses it', async () => {
    const { clock, paceOf } = stepped();
    const pace = paceOf(
      'p',
      [
        { calls: 5, seconds: 3_600, burst: 2 },
        { calls: 1, seconds: 60, burst: 1, of: ['List'] },
      ],
      'i',
    );
    await pace.take('List');
    await refusal(pace.take('List'));
    assert.equal(await pace.take('Read'), 'at once');
    await refusal(pace.take('Read'));
    clock.ms += 60_000;
    await refusal(pace.take('List'));
  });

  test('a clock that goes back gives nothing away', async () => {
    const { clock, paceOf } = stepped();
    const pace = paceOf('p', [tenAMinute], 'i');
    for (let call = 0; call < 4; call++) await pace.take('Read');
    clock.ms -= 3_600_000;
    await refusal(pace.take('Read'));
    clock.ms += 10_000;
    assert.equal(await pace.take('Read'), 'at once');
    await refusal(pace.take('Read'));
  });

  test('buckets are bounded', async () => {
    const { paceOf } = stepped({ max: 2 });
    const one: RateLimit = { calls: 1, seconds: 60, burst: 1 };
    const take = (identity: string) => paceOf('p', [one], identity).take('Read');
    for (const identity of ['a', 'b', 'c']) await take(identity);
    await refusal(take('c'));
    assert.equal(await take('a'), 'at once', 'the oldest was forgotten');
  });

  test('whatever comes when, no span of the window holds more calls than the vendor allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 2, max: 30 })
          .chain((calls) =>
            fc.record({ calls: fc.constant(calls), burst: fc.integer({ min: 1, max: calls - 1 }) }),
          ),
        fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 50, maxLength: 200 }),
        async ({ calls, burst }, steps) => {
          const { clock, paceOf } = stepped({ maxWaitMs: 0 });
          const pace = paceOf('p', [{ calls, seconds: 10, burst }], 'i');
          const made: number[] = [];
          for (const step of steps) {
            clock.ms += step;
            for (let call = 0; call < 3; call++)
              await pace.take('Read').then(
                () => made.push(clock.ms),
                () => {},
              );
          }
          for (const from of made)
            assert(made.filter((at) => at >= from && at < from + 10_000).length <= calls);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test("what vendors allow is stated as their pages do, and each limit's burst leaves something to be spread", () => {
  const sections: Readonly<Record<string, object>> = {
    aws: { service: 'ParameterStore', region: 'eu-west-1' },
    azurekv: { vaultUrl: 'https://team.vault.azure.net' },
    gcpsm: { projectID: 'p' },
    onepasswordSDK: {},
  };
  const stated = Object.fromEntries(
    [...registry].flatMap(([name, provider]) => {
      const limits = provider.rateLimits?.((sections[name] ?? {}) as never) ?? [];
      for (const { calls, burst = Math.floor(calls / 5) } of limits) assert(burst < calls, name);
      return limits.length === 0 || !(name in sections)
        ? []
        : [[name, limits.map(({ calls, seconds }) => `${calls}/${seconds}`)]];
    }),
  );
  assert.deepEqual(stated, {
    aws: ['40/1', '3/1'],
    azurekv: ['4000/10', '300/10'],
    gcpsm: ['90000/60', '600/60', '600/60'],
    onepasswordSDK: ['1000/3600', '100/3600'],
  });
});
