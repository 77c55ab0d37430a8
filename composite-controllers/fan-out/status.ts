import { setCondition } from '../lib/conditions.ts';
import type { FanOutKind } from './kind.ts';
import type { Plan } from './plan.ts';
import type { FanOutStatus } from './schema.ts';
import type { World } from './world.ts';

/** A namespace that failed, and why. */
export interface Failure {
  readonly namespace: string;
  readonly reason: string;
}

/** What is said of a child whose write doesn't land. */
const unwritten = 'the object could not be written: see the SyncError event of this object';

/** The failures of a plan, by namespace; `overdue` are those whose child should have been seen by now. */
export function failuresOf({ taken }: Plan, overdue: ReadonlySet<string>, kind: FanOutKind): Failure[] {
  return [
    ...taken.map((namespace) => ({ namespace, reason: kind.taken })),
    ...[...overdue].map((namespace) => ({ namespace, reason: unwritten })),
  ].sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
}

/** The next status (spec core 3.1). Ready becomes True once every child has been seen as it is stated (design rule 2). Pure. */
export function nextStatus(
  { status, template, now }: World,
  kind: FanOutKind,
  { provisioned, pending, isPartial }: Plan,
  failures: readonly Failure[],
): FanOutStatus {
  const { conditions, provisionedNamespaces: _p, failedNamespaces: _f, ...rest } = status;
  const isSettling = failures.length === 0 && (pending.length > 0 || isPartial);
  return {
    ...rest,
    ...(isSettling
      ? conditions === undefined
        ? {}
        : { conditions }
      : { conditions: setCondition(conditions ?? [], ready(failures), now) }),
    [kind.nameField]: template.name,
    ...(provisioned.length === 0 ? {} : { provisionedNamespaces: [...provisioned] }),
    ...(failures.length === 0 ? {} : { failedNamespaces: [...failures] }),
  };
}

/** The status of a specification that cannot be followed; everything else stays as it was. */
export function refusedStatus(status: FanOutStatus, problem: string, now: number): FanOutStatus {
  const failures = [{ namespace: 'unknown', reason: problem }];
  return {
    ...status,
    conditions: setCondition(status.conditions ?? [], ready(failures), now),
    failedNamespaces: failures,
  };
}

function ready(failures: readonly Failure[]) {
  return failures.length === 0
    ? { type: 'Ready', status: 'True' }
    : { type: 'Ready', status: 'False', message: 'one or more namespaces failed' };
}
