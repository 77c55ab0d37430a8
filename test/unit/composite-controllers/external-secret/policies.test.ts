import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CreationPolicy } from '../../../../composite-controllers/external-secret/policy.ts';
import type { SecretObject } from '../../../../composite-controllers/lib/objects.ts';
import { secretType } from '../../../../local/metacontroller/discovery.ts';
import { externalSecretType, namespace } from '../../properties/cluster.ts';
import type { Installation } from '../../properties/installation.ts';
import { ownerOf, readyOf, textsOf } from '../../properties/objects.ts';
import { withInstallation } from '../../properties/tell.ts';

const policies: readonly CreationPolicy[] = ['Owner', 'Orphan', 'Merge', 'CreateOrMerge', 'None'];
const merging: readonly CreationPolicy[] = ['Merge', 'CreateOrMerge'];

const entry = (secretKey: string, key: string) => ({ secretKey, remoteRef: { key } });
const both = [entry('password', 'db'), entry('token', 'api')];

/** The installation with one ExternalSecret `mine` of target `mine`, and what a test asks of it. */
async function within(log: boolean, work: (bench: Bench) => Promise<void>): Promise<void> {
  const narrator = log ? console.log : () => {};
  await withInstallation(narrator, (installation) => work(bench(installation)));
}

type Bench = ReturnType<typeof bench>;

function bench(installation: Installation) {
  const { cluster } = installation;
  const user = cluster.as('user');
  const settle = () => installation.live(10_000);
  return {
    installation,
    async apply(target: object, data: readonly object[] = both, metadata: object = {}) {
      await user.create(externalSecretType, {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name: 'mine', namespace, ...metadata },
        spec: { secretStoreRef: { name: 'vault' }, refreshInterval: '1h', target, data },
      });
      await settle();
    },
    async patch(spec: object, metadata: object = {}) {
      await user.mergePatch(externalSecretType, namespace, 'mine', { spec, metadata });
      await settle();
    },
    async create(data: Record<string, string>, metadata: object = {}, fields: object = {}) {
      await user.create(secretType, {
        ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine', namespace, ...metadata } },
        data: Object.fromEntries(
          Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
        ),
        ...fields,
      });
    },
    async force() {
      const annotations = { 'external-secrets.io/force-sync': String(Math.random()) };
      await user.mergePatch(externalSecretType, namespace, 'mine', { metadata: { annotations } });
      await settle();
    },
    remove: () => user.remove(secretType, namespace, 'mine'),
    settle,
    secret: (name = 'mine') => cluster.secrets().find(({ metadata }) => metadata.name === name),
    ready: () => readyOf(cluster.externalSecrets().find(({ metadata }) => metadata.name === 'mine')!),
  };
}

const keysOf = (secret: SecretObject | undefined) => [...textsOf(secret!).keys()].sort();

describe('after every switch of creationPolicy a key that the spec drops is gone', () => {
  for (const from of policies)
    for (const to of policies)
      if (from !== to)
        test(`${from} to ${to}`, () =>
          within(process.env.TELL === '1', async ({ apply, create, patch, secret, ready }) => {
            if (from === 'Merge' || to === 'Merge') await create({ theirs: 'x' }, { labels: { by: 'hand' } });
            await apply({ creationPolicy: from }, both, { labels: { team: 'a' } });
            const uid = secret()?.metadata.uid;
            await patch({ target: { creationPolicy: to } });
            assert.equal(ready()?.reason, 'SecretSynced', ready()?.message);
            await patch({ data: [entry('password', 'db')] }, { labels: { team: null } });
            assert.equal(ready()?.reason, 'SecretSynced', ready()?.message);

            const after = secret();
            if (uid !== undefined) assert.equal(after?.metadata.uid, uid, 'it is the same Secret');
            assert.equal(ownerOf(after ?? ({ metadata: {} } as never)) !== undefined, to === 'Owner');
            const isWritten = to !== 'None';
            const isLeft = from === 'Owner' || from === 'Orphan';
            const theirs = merging.includes(to) && !isLeft && (from === 'Merge' || to === 'Merge');
            if (isWritten) {
              assert.deepEqual(keysOf(after), theirs ? ['password', 'theirs'] : ['password']);
              assert.equal(after?.metadata.labels?.team, undefined, 'a label that was dropped');
            } else if (after !== undefined && from !== 'None') {
              assert.ok(keysOf(after).includes('token'), 'nothing is written');
            }
            const marks = ['controller-uid', 'reconcile.external-secrets.io/created-by'];
            for (const mark of marks)
              assert.equal(after?.metadata.labels?.[mark] !== undefined, to === 'Owner', mark);
          }));
});
