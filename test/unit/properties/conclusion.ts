import assert from 'node:assert/strict';
import { createdByLabel } from '../../../composite-controllers/lib/names.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { secretType } from '../../../local/metacontroller/discovery.ts';
import { cachedTypes, namespace } from './cluster.ts';
import type { Command } from './commands.ts';
import { fetched, newestData } from './expectation.ts';
import type { Installation } from './installation.ts';
import {
  intervalOf,
  isMerging,
  ownerOf,
  policyOf,
  readyOf,
  specOf,
  statusOf,
  targetOf,
  textsOf,
} from './objects.ts';
import { backendKeys } from './scripted-backend.ts';

/** Metacontroller's own, which the hook has no say in while Metacontroller may not even claim a child. */
const longestBackOffMs = 1_000_000;

/** All trouble ends: two intervals later everything is in place, and a restart of everything moves nothing. */
export async function conclude(
  installation: Installation,
  act: (command: Command) => void | Promise<void>,
): Promise<void> {
  await endTrouble(installation, act);
  const { cluster } = installation;
  await installation.live(2 * Math.max(...cluster.externalSecrets().map(intervalOf)) + 61_000);
  const isReady = (object: KubeObject) => readyOf(object)?.status === 'True';
  if (!cluster.externalSecrets().every(isReady)) await installation.live(longestBackOffMs);
  installation.check();
  for (const object of cluster.externalSecrets()) isConverged(object, installation);

  const everything = () => [...cluster.externalSecrets(), ...cluster.secrets()];
  const before = everything();
  installation.restartHook();
  await installation.restartMetacontroller();
  await installation.run();
  installation.check();
  // Unless it was time for the next refresh anyway.
  if (!hasRefreshed(before, cluster.externalSecrets())) assert.deepEqual(everything(), before);
}

async function endTrouble(
  { cluster, backend, servers }: Installation,
  act: (command: Command) => void | Promise<void>,
): Promise<void> {
  backend.setFault('none');
  for (const key of backendKeys) if (backend.newest(key) === undefined) backend.restore(key);
  // A bag without names makes no Secret.
  if (backend.newest('bag')! % 4 === 0) backend.write('bag');
  Object.assign(cluster.refusals, { secrets: 'none', status: 'none', gets: 'none' });
  for (const { resource } of cachedTypes) for (const server of servers()) server.release(resource);
  await act({ do: 'restore store' });
  // Only where it must be: a change of the spec ends more trouble than it should.
  const app = cluster.externalSecrets().find(({ metadata }) => metadata.name === 'app')!;
  if ((specOf(app).refreshPolicy ?? 'Periodic') !== 'Periodic') await act({ do: 'refresh', to: 'Periodic' });
  if (targetOf(app) === 'other') await act({ do: 'rename', to: 'app' });
  if ((specOf(app).target?.deletionPolicy ?? 'Retain') !== 'Retain' && policyOf(app) !== 'Owner')
    await act({ do: 'policy', to: 'Retain' });
  if (specOf(app).target?.immutable === true) await act({ do: 'immutable', to: null });
  if (specOf(app).target?.template?.metadata?.annotations?.random?.includes('fail') === true)
    await act({ do: 'template', to: 'random' });
  for (const secret of cluster.secrets())
    if (secret.immutable === true)
      await cluster.as('user').remove(secretType, namespace, secret.metadata.name);
  for (const secret of cluster.secrets())
    if (ownerOf(secret)?.kind === 'SealedSecret')
      await cluster.as('elsewhere').remove(secretType, namespace, secret.metadata.name);
}

function isConverged(object: KubeObject, { cluster, backend }: Installation): void {
  const { name, uid } = object.metadata;
  const ready = readyOf(object);
  assert.equal(ready?.status, 'True', `ExternalSecret ${name}: ${ready?.message}`);
  if (policyOf(object) === 'None') return;
  const target = cluster.secrets().find(({ metadata }) => metadata.name === targetOf(object));
  if (ready.reason === 'SecretMissing') {
    assert.deepEqual([policyOf(object), target], ['Merge', undefined]);
    return;
  }
  assert.ok(target !== undefined, `ExternalSecret ${name} has no Secret`);
  const texts = textsOf(target);
  assert.deepEqual(isMerging(object) ? fetched(texts) : texts, newestData(specOf(object), backend));
  assert.equal(ownerOf(target)?.uid === uid, policyOf(object) === 'Owner', `the owner of ${name}'s Secret`);
  // Without this label a Secret does not say that we made it, and is never deleted for a rename.
  const left = cluster
    .secrets()
    .filter((secret) => secret !== target && ownerOf(secret)?.uid === uid)
    .filter(({ metadata }) => metadata.labels?.[createdByLabel] !== undefined);
  assert.deepEqual(left, [], `ExternalSecret ${name} left Secrets behind`);
}

function hasRefreshed(before: readonly KubeObject[], after: readonly KubeObject[]): boolean {
  const times = new Map(before.map((object) => [object.metadata.uid, statusOf(object).refreshTime]));
  return after.some((object) => times.get(object.metadata.uid) !== statusOf(object).refreshTime);
}
