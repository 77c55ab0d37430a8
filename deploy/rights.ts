import { groupOf } from '../composite-controllers/crd.ts';
import { generatorGroup, knownGenerators, pluralOf } from '../composite-controllers/generator/names.ts';
import type { InstalledKind, ParentKind } from '../composite-controllers/kind.ts';
import { workloadKinds } from '../composite-controllers/rollout/kind.ts';

/** A rule of an RBAC role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const core = '';
const ours = 'external-secrets.io';

const rule = (group: string, resources: readonly string[], verbs: readonly string[]): Rule => ({
  apiGroups: [group],
  resources,
  verbs,
});

/** What the hook may do in the namespaces that it serves: it never lists or watches, and deletes nothing but its own notes. A test compares its calls. */
export const hookRules: readonly Rule[] = [
  rule(core, ['secrets'], ['get', 'patch', 'create']),
  rule(core, ['configmaps', 'serviceaccounts', 'namespaces'], ['get']),
  rule(core, ['events'], ['create', 'patch']),
  rule(generatorGroup, knownGenerators.map(pluralOf), ['get']),
  // What was generated is taken back once it is deleted, and deleted once nobody uses it.
  rule(generatorGroup, ['generatorstates'], ['create', 'patch', 'delete']),
  // Whose an object is that a parent of many namespaces is about to make its own, and what others put into one that is.
  rule(ours, ['externalsecrets', 'pushsecrets'], ['get', 'patch']),
];

/** Stores that log in by ServiceAccount need it; whoever gives it up grants it by name, ServiceAccount by ServiceAccount. */
export const tokenRules: readonly Rule[] = [rule(core, ['serviceaccounts/token'], ['create'])];

const workloads = workloadKinds.map(({ resource }) => resource);

/** What the hook needs beside it to restart the workloads that ask for it. */
export const rolloutRules: readonly Rule[] = [rule('apps', workloads, ['get', 'patch'])];

const read = ['get', 'list', 'watch'];

/**
 * What Metacontroller needs for the parent kinds, everywhere: a list that is forbidden stops it silently (spec
 * metacontroller 14.3). It writes parents only for finalizers, and children and statuses always.
 */
export function metacontrollerRules(kinds: readonly ParentKind[]): readonly Rule[] {
  return [
    rule(
      'metacontroller.k8s.io',
      ['compositecontrollers', 'decoratorcontrollers', 'controllerrevisions'],
      read,
    ),
    rule('apiextensions.k8s.io', ['customresourcedefinitions'], read),
    rule(core, ['namespaces'], read),
    rule(core, ['events'], ['create', 'patch']),
    ...rulesByGroup(kinds, read),
    ...finalizerRules(kinds),
    ...rulesByGroup(kinds, ['update'], '/status'),
    // Where OwnerReferencesPermissionEnforcement is on (OpenShift), an owner that blocks its deletion asks for this.
    ...rulesByGroup(kinds, ['update'], '/finalizers'),
    ...childRules(kinds),
  ];
}

/** Parents of a finalize hook get a finalizer, by an update of the whole object. */
function finalizerRules(kinds: readonly ParentKind[]): Rule[] {
  const held = kinds.filter(({ hooks }) => hooks.includes('finalize'));
  return held.length === 0 ? [] : [rule(ours, pluralsOf(held), ['update'])];
}

/** What Metacontroller needs to tell of workloads; it writes none. */
export const rolloutWatchRules: readonly Rule[] = [rule('apps', workloads, read)];

/** Children are applied, adopted, released and deleted. */
function childRules(kinds: readonly ParentKind[]): Rule[] {
  const children = kinds.flatMap(({ children }) => children);
  const byGroup = Map.groupBy(children, ({ apiVersion }) => apiVersion.split('/').slice(0, -1).join(''));
  return [...byGroup].map(([group, entries]) => {
    const resources = [...new Set(entries.map(({ resource }) => resource))];
    return rule(group, resources, [...read, 'create', 'patch', 'update', 'delete']);
  });
}

/** What leader election needs in Metacontroller's own namespace. */
export const leaderElectionRules: readonly Rule[] = [
  rule('coordination.k8s.io', ['leases'], ['get', 'create', 'update']),
];

/** What people get who may view or edit a namespace, by aggregation, as with ESO (spec core 6.5). */
export function viewRules(kinds: readonly InstalledKind[]): readonly Rule[] {
  return rulesByGroup(kinds, read);
}

/** See {@link viewRules}. */
export function editRules(kinds: readonly InstalledKind[]): readonly Rule[] {
  return rulesByGroup(kinds, ['create', 'delete', 'deletecollection', 'patch', 'update']);
}

function rulesByGroup(kinds: readonly InstalledKind[], verbs: readonly string[], subresource = ''): Rule[] {
  return [...Map.groupBy(kinds, groupOf)].map(([group, members]) =>
    rule(
      group,
      members.map(({ plural }) => `${plural}${subresource}`),
      verbs,
    ),
  );
}

function pluralsOf(kinds: readonly InstalledKind[]): string[] {
  return kinds.map(({ plural }) => plural);
}
