import type { EventSink, Log } from '../lib/ports.ts';
import { storesInUse } from './plan.ts';
import type { World } from './world.ts';

/** What happened to a target. */
export type Change = 'Created' | 'Updated' | 'Deleted';

/**
 * Says that a target was changed: an event on the ExternalSecret (spec core 1.12), and a line of the log with `audit`, by
 * which changes can be followed: what was changed for whom, from which stores (uid and generation tell which identity), and
 * `version`, the id of the refresh, which the target carries.
 */
export function recordChange(
  { events, log }: { readonly events: EventSink; readonly log: Log },
  world: World,
  change: Change,
  message: string,
  version: string | undefined,
): void {
  events.record(world.object, 'Normal', change, message);
  const { namespace, name, uid, targetName, spec } = world;
  const target = `${spec.target?.manifest?.kind ?? 'Secret'}/${targetName}`;
  const stores = storesInUse(world.spec, world.stores).map(([key, { handle }]) => {
    const [provider = ''] = Object.keys(handle.provider);
    return `${key} (${provider}, uid ${handle.uid}, generation ${handle.generation})`;
  });
  const fields = { audit: change, controller: 'externalsecret', namespace, name, uid, target, version };
  log.info({ ...fields, stores: stores.join(', ') }, 'a target was changed');
}
