import { fieldManager } from '../lib/field-manager.ts';
import { applier, metacontroller, type Writer } from '../lib/owned-fields.ts';
import type { ExternalSecretSpec } from './schema.ts';
import type { World } from './world.ts';

type Target = NonNullable<ExternalSecretSpec['target']>;
export type CreationPolicy = NonNullable<Target['creationPolicy']>;
export type DeletionPolicy = NonNullable<Target['deletionPolicy']>;

/**
 * Who writes the target: Metacontroller a child, or the hook itself, a Secret or a manifest of another kind, under its own
 * field manager; or nobody.
 */
export type Route = 'child' | 'apply' | 'manifest' | 'none';

const routes: Readonly<Record<CreationPolicy, Route>> = {
  Owner: 'child',
  Orphan: 'apply',
  Merge: 'apply',
  CreateOrMerge: 'apply',
  None: 'none',
};

/** The route of a specification. One that is broken has children, if anything. */
export function routeOf({ creationPolicy, spec }: Pick<World, 'creationPolicy' | 'spec'>): Route {
  if (spec.target?.manifest !== undefined) return 'manifest';
  return Object.hasOwn(routes, creationPolicy) ? routes[creationPolicy] : 'child';
}

/** Whether what others put into the target stays there. */
export function mergesInto({ creationPolicy }: Pick<World, 'creationPolicy'>): boolean {
  return creationPolicy === 'Merge' || creationPolicy === 'CreateOrMerge';
}

/** Whose fields of the target are ours. */
export function writerOf(world: World): Writer {
  return routeOf(world) === 'child' ? metacontroller : applier(fieldManager(world.name));
}
