import type { Log } from '../lib/ports.ts';
import type { StoreView } from '../secret-store/view.ts';
import type { World } from './world.ts';

/**
 * Says in a line of the log, with `audit`, that a backend was changed: for which PushSecret, in which store (uid and generation
 * tell which identity), where, and by which version of the PushSecret.
 */
export function recordWrite(
  log: Log,
  { namespace, name, uid, version }: World,
  { handle }: StoreView,
  change: 'Pushed' | 'Deleted',
  place: string,
): void {
  const [provider = ''] = Object.keys(handle.provider);
  const stores = `${handle.kind}/${handle.name} (${provider}, uid ${handle.uid}, generation ${handle.generation})`;
  const fields = { audit: change, controller: 'pushsecret', namespace, name, uid, target: place, version };
  log.info({ ...fields, stores }, 'a backend was changed');
}
