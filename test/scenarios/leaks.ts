import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { Stage } from './actions.ts';
import { typeOf } from './kinds.ts';

/** Throws when a canary, a token or a backend's own words stand in what others may read: metadata, statuses, events, log, metrics. */
export async function assertNothingLeaked({ world, namespace }: Stage): Promise<void> {
  const api = world.as('kubectl');
  const lists = await Promise.all(
    ['Secret', 'ExternalSecret', 'SecretStore', 'ClusterSecretStore', 'PushSecret', 'Event'].map((kind) =>
      api.list(typeOf(kind), { namespace }),
    ),
  );
  const seen = lists.flatMap(({ items }) => items).map((object) => JSON.stringify(readable(object)));
  world.canaries.assertNoCanary(...seen);
}

/** The same for the hook's log and metrics, over all scenarios that have run. */
export async function assertNothingLogged(
  world: Pick<Stage['world'], 'canaries' | 'evidence'>,
): Promise<void> {
  const evidence = await world.evidence();
  for (const [name, text] of Object.entries(evidence)) {
    if (text === '') throw new Error(`there is no ${name} to look at`);
    world.canaries.assertNoCanary(text);
  }
}

/** An object without what holds values by its nature: a Secret's data, a fake store's spec. */
function readable(object: KubeObject): object {
  const { data: _data, spec: _spec, ...rest } = object;
  return rest;
}
