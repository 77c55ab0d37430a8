import { absent, type Baseline } from './baseline.ts';
import type { Consumed } from './consumed.ts';
import { rolloutAt, type Schedule } from './schedule.ts';

/** One Secret's data as it is now: its fingerprints by the id of the key, the newest key first; undefined when it is not there. */
export type Fingerprinted = ReadonlyMap<string, string> | undefined;

/** What a workload was told of, and what there is. */
export interface View {
  readonly now: number;
  readonly uid: string;
  readonly consumed: Consumed;
  readonly current: ReadonlyMap<string, Fingerprinted>;
  readonly baseline: Baseline | undefined;
  readonly schedule: Schedule;
}

/** What is to happen to a workload. */
export type Decision =
  | { readonly kind: 'Keep' }
  /** Only the baseline changes, not the pod template. `lost` are Secrets of which nothing can be said. */
  | { readonly kind: 'Record'; readonly baseline: Baseline; readonly lost: readonly string[] }
  /** Pods have old data of the `changed` Secrets. */
  | { readonly kind: 'Rollout'; readonly baseline: Baseline; readonly changed: readonly string[] }
  /** The same, and it is not the time yet. */
  | { readonly kind: 'Wait'; readonly until: number | undefined; readonly changed: readonly string[] };

/**
 * Level-triggered: the data that there is, against the data that the pods were last told of. What is seen for the first
 * time is recorded, since the pods have it from their start. Pure.
 */
export function decide(view: View): Decision {
  const { now, uid, consumed, baseline, schedule } = view;
  const known = baseline?.secrets ?? {};
  const findings = [...consumed].map(([name, reference]) => ({
    name,
    ...compared(Object.hasOwn(known, name) ? known[name] : undefined, view.current.get(name), reference),
  }));
  const changed = findings.filter(({ is }) => is === 'changed').map(({ name }) => name);
  const recorded = (which: (finding: (typeof findings)[number]) => string | undefined) =>
    Object.fromEntries(
      findings.flatMap((finding) => {
        const entry = which(finding);
        return entry === undefined ? [] : [[finding.name, entry] as const];
      }),
    );
  const rolledOutAt = baseline?.rolledOutAt;

  if (changed.length > 0) {
    const at = rolloutAt(schedule, rolledOutAt, now, uid);
    if (at === now) {
      const next = { secrets: recorded(({ entry }) => entry), rolledOutAt: now };
      return { kind: 'Rollout', baseline: next, changed };
    }
  }
  // What waits for its rollout keeps its entry; all else is as it should be.
  const secrets = recorded(({ name, is, entry }) => (is === 'changed' ? known[name] : entry));
  if (!isSame(secrets, known)) {
    const lost = findings.filter(({ is }) => is === 'lost').map(({ name }) => name);
    return { kind: 'Record', baseline: { secrets, rolledOutAt }, lost };
  }
  return changed.length === 0
    ? { kind: 'Keep' }
    : { kind: 'Wait', until: rolloutAt(schedule, rolledOutAt, now, uid), changed };
}

/** How one Secret stands, and its entry in the next baseline. */
function compared(
  known: string | undefined,
  current: Fingerprinted,
  reference: 'required' | 'optional',
): { readonly is: 'same' | 'first' | 'changed' | 'lost'; readonly entry: string | undefined } {
  if (current === undefined) {
    // Pods keep what they have; when it is back it is compared with that.
    if (known !== undefined) return { is: 'same', entry: known };
    // Pods of an optional one run without it, of a required one not at all.
    return { is: 'first', entry: reference === 'optional' ? absent : undefined };
  }
  const [newest] = current;
  const entry = newest?.join('.');
  if (known === undefined) return { is: 'first', entry };
  if (known === absent) return { is: 'changed', entry };
  const [id = '', fingerprint] = known.split('.');
  const by = current.get(id);
  if (by === undefined) return { is: 'lost', entry };
  return { is: by === fingerprint ? 'same' : 'changed', entry };
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
