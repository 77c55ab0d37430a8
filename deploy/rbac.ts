import type { InstalledKind, ParentKind } from '../composite-controllers/kind.ts';
import {
  editRules,
  hookRules,
  leaderElectionRules,
  metacontrollerRules,
  type Rule,
  rolloutRules,
  rolloutWatchRules,
  tokenRules,
  viewRules,
} from './rights.ts';

const api = 'rbac.authorization.k8s.io';
const namespace = 'keyhook';

/** The hook's ServiceAccount and its rights, and what people get by aggregation; for the kustomize base. */
export function hookRbac(kinds: readonly InstalledKind[]): object[] {
  const grants = (role: string) => ({ [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true' });
  return [
    serviceAccount('keyhook'),
    role('ClusterRole', 'keyhook', [...hookRules, ...tokenRules]),
    binding('ClusterRole', 'keyhook'),
    role('ClusterRole', 'keyhook-view', viewRules(kinds), {
      ...grants('view'),
      ...grants('edit'),
      ...grants('admin'),
    }),
    role('ClusterRole', 'keyhook-edit', editRules(kinds), { ...grants('edit'), ...grants('admin') }),
    role('ClusterRole', 'keyhook-servicebindings', viewRules(kinds), {
      'servicebinding.io/controller': 'true',
    }),
  ];
}

/** The ServiceAccount of the Metacontroller that is shipped, and its rights. */
export function metacontrollerRbac(kinds: readonly ParentKind[]): object[] {
  const name = 'keyhook-metacontroller';
  return [
    serviceAccount(name),
    role('ClusterRole', name, metacontrollerRules(kinds)),
    binding('ClusterRole', name),
    role('Role', name, leaderElectionRules),
    binding('Role', name),
  ];
}

/** The further rights of both where workloads are restarted. */
export function rolloutRbac(): object[] {
  const grant = (name: string, account: string, rules: readonly Rule[]) => [
    role('ClusterRole', name, rules),
    binding('ClusterRole', name, account),
  ];
  return [
    ...grant('keyhook-rollout', 'keyhook', rolloutRules),
    ...grant('keyhook-metacontroller-rollout', 'keyhook-metacontroller', rolloutWatchRules),
  ];
}

/** The rules by who has them, as data for the chart's templates. */
export function rulesByHolder(
  parents: readonly ParentKind[],
  installed: readonly InstalledKind[],
): Readonly<Record<string, readonly Rule[]>> {
  return {
    hook: hookRules,
    token: tokenRules,
    metacontroller: metacontrollerRules(parents),
    leaderElection: leaderElectionRules,
    rollout: rolloutRules,
    rolloutWatch: rolloutWatchRules,
    view: viewRules(installed),
    edit: editRules(installed),
  };
}

type Scope = 'ClusterRole' | 'Role';

const within = (scope: Scope) => (scope === 'Role' ? { namespace } : {});

function serviceAccount(name: string): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}

function role(scope: Scope, name: string, rules: readonly Rule[], labels?: Record<string, string>): object {
  const metadata = { name, ...within(scope), ...(labels === undefined ? {} : { labels }) };
  return { apiVersion: `${api}/v1`, kind: scope, metadata, rules };
}

function binding(scope: Scope, name: string, account = name): object {
  return {
    apiVersion: `${api}/v1`,
    kind: `${scope}Binding`,
    metadata: { name, ...within(scope) },
    roleRef: { apiGroup: api, kind: scope, name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  };
}
