import type { HookRequest } from '../../../composite-controllers/controller.ts';
import { syncedResourceVersion } from '../../../composite-controllers/lib/hash.ts';
import {
  createdByLabel,
  managedLabel,
  refreshIdAnnotation,
} from '../../../composite-controllers/lib/names.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { nextSlot } from '../../../composite-controllers/lib/slots.ts';
import type { Cluster } from './cluster.ts';
import { intervalOf, policyOf, readyOf, specOf, statusOf, targetOf } from './objects.ts';

/** Status times have whole seconds. */
const second = 1_000;

/** Whether there is nothing to do for an ExternalSecret, and the caller sees all that there is to see (rule 7). */
export function isSettled(
  request: HookRequest,
  cluster: Pick<Cluster, 'secrets' | 'externalSecrets'>,
  now: number,
): boolean {
  const { parent } = request;
  const status = statusOf(parent);
  const live = cluster.externalSecrets().find(({ metadata }) => metadata.uid === parent.metadata.uid);
  return (
    live?.metadata.resourceVersion === parent.metadata.resourceVersion &&
    readyOf(parent)?.status === 'True' &&
    status.syncedResourceVersion === syncedResourceVersion(parent.metadata) &&
    (policyOf(parent) === 'Owner' ? isChildSettled(request, cluster) : isNoChild(request)) &&
    isBeforeDue(parent, now)
  );
}

/** The child is there as the status says, and shown as it is. */
function isChildSettled({ parent, children }: HookRequest, cluster: Pick<Cluster, 'secrets'>): boolean {
  const { refreshId } = statusOf(parent);
  const name = targetOf(parent);
  const shown = Object.values(children['Secret.v1'] ?? {}).find(({ metadata }) => metadata.name === name);
  const target = cluster.secrets().find(({ metadata }) => metadata.name === name);
  if (shown?.metadata.resourceVersion !== target?.metadata.resourceVersion) return false;
  if (target === undefined) return refreshId === 'none';
  const { labels, annotations } = target.metadata;
  return (
    labels?.[managedLabel] === 'true' &&
    labels[createdByLabel] !== undefined &&
    annotations?.[refreshIdAnnotation] === refreshId
  );
}

/** There is no child that would have to change hands, and nobody watches the target. */
function isNoChild({ children, related }: HookRequest): boolean {
  return Object.keys(children['Secret.v1'] ?? {}).length === 0 && related['Secret.v1'] === undefined;
}

function isBeforeDue(parent: KubeObject, now: number): boolean {
  if ((specOf(parent).refreshPolicy ?? 'Periodic') !== 'Periodic') return true;
  const after = Date.parse(statusOf(parent).refreshTime ?? '') + second - 1;
  const slot = nextSlot({ uid: parent.metadata.uid ?? '', intervalMs: intervalOf(parent), after });
  return slot - second > now;
}
