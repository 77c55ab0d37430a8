import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CreationPolicy } from '../../../../composite-controllers/external-secret/policy.ts';
import { ownerOf } from '../../properties/objects.ts';
import { both, entry, onBench } from './bench.ts';

const policies: readonly CreationPolicy[] = ['Owner', 'Orphan', 'Merge', 'CreateOrMerge', 'None'];
const switches = policies.flatMap((from) => policies.filter((to) => to !== from).map((to) => ({ from, to })));
const marks = ['controller-uid', 'reconcile.external-secrets.io/created-by'];

describe('after every switch of creationPolicy a key that the spec drops is gone', () => {
  for (const { from, to } of switches)
    test(`${from} to ${to}`, () =>
      onBench(async ({ create, sync, edit, secret, ready, texts }) => {
        const isShared = from === 'Merge' || to === 'Merge';
        if (isShared) await create({ theirs: 'x' });
        await sync({ creationPolicy: from }, both, { team: 'a' });
        const uid = secret()?.metadata.uid;
        await edit({ spec: { target: { creationPolicy: to } } });
        assert.equal(ready()?.reason, 'SecretSynced', ready()?.message);
        await edit({ spec: { data: [entry('password', 'db')] }, metadata: { labels: { team: null } } });
        assert.equal(ready()?.reason, 'SecretSynced', ready()?.message);

        const after = secret();
        assert.ok(after !== undefined);
        if (uid !== undefined) assert.equal(after.metadata.uid, uid, 'it is the same Secret');
        assert.equal(ownerOf(after) !== undefined, to === 'Owner');
        for (const mark of marks)
          assert.equal(after.metadata.labels?.[mark] !== undefined, to === 'Owner', mark);
        if (to === 'None') return assert.equal(texts().token, 'api@1', 'nothing is written any more');
        assert.equal(after.metadata.labels?.team, undefined, 'a label that was dropped');
        const keepsTheirs =
          isShared && !['Owner', 'Orphan'].some((policy) => policy === from || policy === to);
        assert.deepEqual(texts(), keepsTheirs ? { password: 'db@1', theirs: 'x' } : { password: 'db@1' });
      }));
});
