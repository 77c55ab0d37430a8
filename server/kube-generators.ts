import {
  generatorGroup,
  generatorVersion,
  knownGenerators,
  pluralOf,
} from '../composite-controllers/generator/names.ts';
import type { GeneratorObjects, GeneratorStates } from '../composite-controllers/lib/ports.ts';
import { type KubeApi, KubeApiError, type ResourceType } from './kube-api.ts';
import { mustBeNames, orAbsent } from './kube-ports.ts';

/** The resource of a kind of generators. */
export function generatorType(kind: string): ResourceType {
  return {
    group: generatorGroup,
    version: generatorVersion,
    resource: pluralOf(kind),
    kind,
    namespaced: kind !== 'ClusterGenerator',
  };
}

/** The hook's own access to generators. */
export function generatorObjects(api: KubeApi): GeneratorObjects {
  return {
    async generator(kind, namespace, name) {
      const isKnown = knownGenerators.some((known) => known === kind);
      if (!isKnown || (namespace === undefined) !== (kind === 'ClusterGenerator'))
        throw new KubeApiError(400, 'InvalidKind');
      mustBeNames(...(namespace === undefined ? [] : [namespace]), name);
      return orAbsent(api.get(generatorType(kind), namespace, name));
    },
  };
}

/** The hook's own access to GeneratorStates. */
export function generatorStates(api: KubeApi): GeneratorStates {
  const type = generatorType('GeneratorState');
  return {
    create: (state) => api.create(type, state),
    async patch({ metadata }, patch) {
      mustBeNames(metadata.namespace ?? '', metadata.name);
      try {
        await api.jsonPatch(type, metadata.namespace ?? '', metadata.name, patch);
        return 'patched';
      } catch (error) {
        // 422: the state has moved on, as the patch tests.
        const isLate = error instanceof KubeApiError && [404, 409, 422].includes(error.status);
        if (isLate) return 'conflict';
        throw error;
      }
    },
    async remove({ metadata }) {
      const { namespace = '', name, uid } = metadata;
      mustBeNames(namespace, name);
      await orAbsent(api.remove(type, namespace, name, uid === undefined ? {} : { uid }));
    },
  };
}
