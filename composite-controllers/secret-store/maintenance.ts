import type { Provider } from '../../providers/kit/provider.ts';
import type { KubeObject } from '../lib/objects.ts';

const silencer = 'external-secrets.io/ignore-maintenance-checks';

const notices = {
  Maintained: undefined,
  NotMaintained: {
    reason: 'StoreUnmaintained',
    message: "store isn't currently maintained. Please plan and prepare accordingly.",
  },
  Deprecated: {
    reason: 'StoreDeprecated',
    message:
      'store is deprecated and will be removed on the next minor release. Please plan and prepare accordingly.',
  },
} as const;

/**
 * What the users of a store should know of its provider's future, in the words of ESO (spec core 2.4); undefined when
 * there is nothing to tell, or the store's annotation says that it is known.
 */
export function maintenanceNotice(
  store: KubeObject,
  provider: Pick<Provider, 'maintenance'> | undefined,
): { readonly reason: string; readonly message: string } | undefined {
  if (provider === undefined || store.metadata.annotations?.[silencer] !== undefined) return undefined;
  return notices[provider.maintenance];
}
