import {
  generatorGroup,
  generatorVersion,
  knownGenerators,
  pluralOf,
} from '../composite-controllers/generator/names.ts';
import type { GeneratorObjects } from '../composite-controllers/lib/ports.ts';
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
