import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { WatchEvent } from '../../server/kube-api.ts';
import { internal } from './errors.ts';
import { eventOf } from './history.ts';
import { apiVersionOf } from './kinds/kind.ts';
import { inVersion } from './schema/codec.ts';
import { parseFieldSelector, parseLabelSelector } from './selector.ts';
import type { State } from './state.ts';
import type { Target } from './write.ts';

export interface Selection {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface Listing {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

function selects(
  { kind, apiVersion, namespace }: Target,
  { labelSelector, fieldSelector }: Selection,
): (object: KubeObject) => boolean {
  const byLabel = parseLabelSelector(labelSelector);
  const version = kind.versions.find(({ name }) => apiVersionOf(kind.group, name) === apiVersion);
  const byField = parseFieldSelector(fieldSelector, version?.selectable);
  const anywhere = !kind.namespaced || namespace === undefined;
  return (object) =>
    (anywhere || object.metadata.namespace === namespace) && byLabel(object) && byField(object);
}

/** The version that a request names; undefined for none and for 0, which begin with what is there. */
export function parseVersion(text: string | null | undefined): number | undefined {
  if (!text || text === '0') return undefined;
  if (!/^\d+$/.test(text))
    throw internal(
      `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  return Number(text);
}

const place = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** The selected objects, by namespace and name as etcd orders them. Throws 400 for a selector that does not parse. */
export function listObjects(state: State, target: Target, selection: Selection): Listing {
  const items = [...state.objectsOf(target.kind).values()]
    .filter(selects(target, selection))
    .toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
    .map((object) => inVersion(target.kind, target.apiVersion, object));
  return { items, resourceVersion: String(state.version()) };
}

/**
 * Streams events after the version, in order, until the signal aborts; without a version the selected objects come
 * first, as ADDED. Throws 410 for a version that history has forgotten.
 */
export async function watchObjects(
  state: State,
  target: Target,
  selection: Selection & { readonly after?: number | undefined },
  onEvent: (event: WatchEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { kind, apiVersion } = target;
  const selected = selects(target, selection);
  let version = selection.after ?? state.version();
  if (selection.after === undefined)
    for (const object of listObjects(state, target, selection).items) onEvent({ type: 'ADDED', object });
  while (!signal.aborted) {
    for (const change of state.history.after(version)) {
      if (signal.aborted) return;
      version = change.version;
      if (change.kind.group !== kind.group || change.kind.resource !== kind.resource) continue;
      const event = eventOf(change, selected);
      if (event) onEvent({ ...event, object: inVersion(kind, apiVersion, event.object) });
    }
    // A listener may have written meanwhile: wait only when everything is delivered.
    if (version >= state.version()) await state.history.next(signal);
  }
}
