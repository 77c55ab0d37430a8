import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { at, equal, type JsonObject, put } from '../json.ts';
import { trackUpdate } from '../ownership/managed-fields.ts';
import { prune, withDefaults } from '../schema/structural.ts';
import type { State } from '../state.ts';
import { trackingOf } from '../write.ts';
import { definitions, established, kindOfDefinition } from './definition.ts';
import { apiVersionOf } from './kind.ts';
import { schemaAt } from './registry.ts';

/** Serves the kind of each CustomResourceDefinition that is stored, and says so in its status at once. */
export function registerDefinitions(state: State, onRegistered: () => void): void {
  state.onCommit(({ kind, before, after }) => {
    if (kind.resource !== definitions.resource || kind.group !== definitions.group) return;
    if (after === undefined) {
      const { group, resource } = kindOfDefinition(before!);
      state.registry.remove(group, resource);
      return;
    }
    if (before !== undefined && equal(before.spec, after.spec)) return;
    const served = kindOfDefinition(after);
    state.registry.add(served);
    const schema = schemaAt(served, apiVersionOf(served.group, served.storage))!;
    state.reread(served, (object) => withDefaults(schema, prune(schema, object).value) as KubeObject);
    onRegistered();
    establish(state, after);
  });
}

function establish(state: State, definition: KubeObject): void {
  const status = established(definition, state.time());
  if (equal(at(definition, 'status', 'acceptedNames'), status.acceptedNames)) return;
  const target = {
    kind: definitions,
    apiVersion: definition.apiVersion,
    namespace: undefined,
    subresource: 'status',
  } as const;
  const next = { ...definition, status };
  const tracking = trackingOf(state, target, 'kube-apiserver');
  const managedFields = trackUpdate(tracking, definition, next, {}, undefined);
  const metadata = put(definition.metadata as unknown as JsonObject, 'managedFields', managedFields);
  state.commit(definitions, definition, { ...next, metadata } as unknown as KubeObject);
}
