import type { SyncOutcome } from '../controller.ts';
import type { KubeObject } from './objects.ts';
import { type EventSink, kubernetesStatus, type Log } from './ports.ts';

/** Soon enough for whoever has just granted a right. */
const againSeconds = 5;

/**
 * What a pass comes to when the API server would not tell or take something: it is asked again, and an event of `reason` says
 * what (`message`, our own words). Whatever else went wrong is a bug: it is thrown again, and answered as one.
 */
export function heldByKubernetes(
  error: unknown,
  about: { readonly object: KubeObject; readonly reason: string; readonly message: string },
  { events, log }: { readonly events: EventSink; readonly log: Log },
): SyncOutcome {
  const status = kubernetesStatus(error);
  if (status === undefined) throw error;
  const { object, reason, message } = about;
  const { namespace, name } = object.metadata;
  log.warn({ kind: object.kind, namespace, name, status }, message);
  events.record(object, 'Warning', reason, `${message} (HTTP ${status})`);
  return { kind: 'wait', seconds: againSeconds, summary: { decision: 'Hold', reason: 'Kubernetes' } };
}
