import assert from 'node:assert/strict';
import { createBackends } from '../../providers/create-backends.ts';
import { createCredentials } from '../../providers/kit/credentials.ts';
import type { SecretsClient } from '../../providers/kit/provider.ts';
import { silentObserver } from '../../providers/observer.ts';
import { registry } from '../../providers/registry.ts';
import { type Case, soon } from './bench.ts';
import { type Backend, handleOf } from './harness.ts';

const valueRead = async (reading: ReturnType<SecretsClient['read']>) =>
  Buffer.from((await reading).value('v')).toString();

const hasIdentities = ({ identities }: Backend) => identities === 'several';
const logsIn = ({ logins }: Backend) => logins !== undefined;

/** Who is let in, how often they knock, and that nobody sees what is another's. */
export const identityCases: readonly Case[] = [
  {
    name: 'a store that can work is ready',
    readsNothing: true,
    async run(bench) {
      assert.equal(await (await bench.reader()).check(soon()), 'ready');
    },
  },
  {
    name: 'what a client reads of Kubernetes is what its store names, and is looked at again for rotation',
    readsNothing: true,
    async run(bench) {
      const { spec, scope, kube } = bench.backend.store('reader');
      const credentials = createCredentials(scope, kube);
      const client = await bench.connect('reader', { credentials }, { spec, scope, kube });
      await client.check(soon());
      const named = registry
        .get(bench.harness.provider)!
        .references(spec as never)
        .filter(({ kind }) => kind !== 'ServiceAccount')
        .map(({ kind, name, namespace = scope.namespace }) => `${kind}/${namespace}/${name}`);
      assert.deepEqual([...credentials.versions().keys()].sort(), [...new Set(named)].sort());
    },
  },
  {
    name: 'a secret that the identity may not read is denied, never absent',
    applies: hasIdentities,
    async run(bench) {
      await bench.backend.seed([{ key: 'right/denied', json: JSON.stringify({ v: bench.marker() }) }]);
      const left = await bench.connect('left');
      const hidden = bench.backend.absence === 'hidden' ? [bench.absent] : [];
      for (const key of ['right/denied', 'right/nothing']) {
        const error = await bench.rejects(left.read({ key }, soon()), 'Denied', ...hidden);
        assert.equal(error.details.what, bench.nameOf(key));
      }
    },
  },
  {
    name: 'credentials that the backend does not know fail the store',
    applies: (backend) => hasIdentities(backend) || backend.knowsStrangers === true,
    async run(bench) {
      const stranger = await bench.connect('stranger');
      const checked = await bench.rejects(stranger.check(soon()), 'LoginFailed');
      assert.equal(checked.retry, 'identity');
      await bench.rejects(stranger.read({ key: 'left/any' }, soon()), 'LoginFailed', 'Denied');
    },
  },
  {
    name: '50 reads at once make one login, and closing gives its token back where that can be done',
    applies: logsIn,
    async run(bench) {
      const { count, revocations } = bench.backend.logins!;
      await bench.backend.seed([{ key: 'left/once', json: '{"v":"1"}' }]);
      const [logins, revoked] = [count(), revocations?.()];
      const left = await bench.connect('left');
      await Promise.all(Array.from({ length: 50 }, () => left.read({ key: 'left/once' }, soon())));
      assert.equal(count() - logins, 1);
      await left.close();
      if (revoked !== undefined) assert.equal(revocations?.(), revoked + 1);
    },
  },
  {
    name: 'a token that expired before its time is replaced once, for all who read meanwhile',
    applies: logsIn,
    async run(bench) {
      const { count, expire } = bench.backend.logins!;
      await bench.backend.seed([{ key: 'left/expired', json: '{"v":"still"}' }]);
      const left = await bench.connect('left');
      await left.read({ key: 'left/expired' }, soon());
      const logins = count();
      await expire();
      const values = await Promise.all(
        Array.from({ length: 20 }, () => valueRead(left.read({ key: 'left/expired' }, soon()))),
      );
      assert.deepEqual(new Set(values), new Set(['still']));
      assert.equal(count() - logins, 1);
    },
  },
  {
    name: 'a token is renewed before it expires, without a refusal',
    applies: logsIn,
    async run(bench) {
      const { count } = bench.backend.logins!;
      await bench.backend.seed([{ key: 'left/renewed', json: '{"v":"1"}' }]);
      let ahead = 0;
      const outcomes: string[] = [];
      const left = await bench.connect('left', {
        now: () => Date.now() + ahead,
        countCall: (call, outcome) => outcomes.push(`${call} ${outcome}`),
      });
      await left.read({ key: 'left/renewed' }, soon());
      const logins = count();
      ahead = 365 * 24 * 3_600_000;
      await left.read({ key: 'left/renewed' }, soon());
      assert.equal(count() - logins, 1);
      assert(
        outcomes.every((outcome) => outcome.endsWith('success')),
        String(outcomes),
      );
    },
  },
  {
    name: 'a credential that changes in Kubernetes is taken up within a minute',
    applies: ({ rotates }) => rotates === true,
    async run(bench) {
      const { backend, harness } = bench;
      await backend.seed([{ key: 'left/rotated', json: '{"v":"mine"}' }]);
      const left = backend.store('left');
      const world = { ahead: 0, version: 1 };
      const backends = createBackends({
        providers: registry,
        kube: {
          ...left.kube,
          // Every other version is worth nothing.
          async secret(namespace, name) {
            const secret = await left.kube.secret(namespace, name);
            if (secret === undefined) return undefined;
            const junk = [...secret.data.keys()].map(
              (key) => [key, Buffer.from('a-credential-that-nobody-gave')] as const,
            );
            const data = world.version % 2 === 0 ? secret.data : new Map(junk);
            return { ...secret, data, resourceVersion: String(world.version) };
          },
        },
        observer: silentObserver,
        now: () => Date.now() + world.ahead,
        coalesceWindowMs: 0,
      });
      const read = async () => {
        // Some harnesses tell a client its endpoint when they are asked for a store.
        backend.store('left');
        const options = { maxAgeMs: 0, priority: 'refresh', signal: soon() } as const;
        const ref = { key: bench.nameOf('left/rotated') };
        const secret = await backends.read(handleOf(harness, left), left.scope.namespace ?? '', ref, options);
        return Buffer.from(secret.value('v')).toString();
      };
      const refused = ['LoginFailed', 'Denied', 'Misconfigured', 'Unsupported'] as const;
      const rotate = () => Object.assign(world, { ahead: world.ahead + 60_000, version: world.version + 1 });
      await bench.rejects(read(), ...refused);
      rotate();
      assert.equal(await read(), 'mine');
      rotate();
      await bench.rejects(read(), ...refused);
      await backends.close();
    },
  },
  {
    name: '50 reads at once get 50 values, each its own',
    applies: ({ values }) => values === 'own',
    async run(bench) {
      const keys = Array.from({ length: 50 }, (_, index) => `left/at-once-${index}`);
      await bench.backend.seed(keys.map((key) => ({ key, json: JSON.stringify({ v: key }) })));
      const reader = await bench.reader();
      assert.deepEqual(await Promise.all(keys.map((key) => valueRead(reader.read({ key }, soon())))), keys);
    },
  },
  {
    name: 'two identities that read in turns for 2,000 reads see their own values only',
    applies: hasIdentities,
    async run(bench) {
      const mine = { left: bench.marker(), right: bench.marker() };
      await bench.backend.seed([
        { key: 'left/mine', json: JSON.stringify({ v: mine.left }) },
        { key: 'right/mine', json: JSON.stringify({ v: mine.right }) },
      ]);
      const clients = { left: await bench.connect('left'), right: await bench.connect('right') };
      let reads = 0;
      const work = async () => {
        while (reads < 2_000) {
          const turn = reads++;
          if (turn === 1_000) await bench.backend.logins?.expire();
          const who = turn % 2 === 0 ? 'left' : 'right';
          const other = who === 'left' ? 'right' : 'left';
          if (turn % 20 < 18) {
            assert.equal(await valueRead(clients[who].read({ key: `${who}/mine` }, soon())), mine[who]);
          } else {
            await bench.rejects(clients[who].read({ key: `${other}/mine` }, soon()), 'Denied');
          }
        }
      };
      await Promise.all(Array.from({ length: 8 }, work));
    },
  },
];
