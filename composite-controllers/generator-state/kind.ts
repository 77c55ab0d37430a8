import { generatorGroup, generatorVersion } from '../generator/names.ts';
import type { ParentKind } from '../kind.ts';
import { generatorStateSpec, generatorStateStatus } from './schema.ts';

/** GeneratorState as it is installed (spec core 0.1). */
export const generatorState: ParentKind = {
  folder: 'generator-state',
  group: generatorGroup,
  version: generatorVersion,
  kind: 'GeneratorState',
  plural: 'generatorstates',
  shortName: 'gs',
  scope: 'Namespaced',
  description: 'A note of something that a generator has made, by which it is taken back.',
  spec: generatorStateSpec,
  status: generatorStateStatus,
  columns: [
    { name: 'GC Deadline', type: 'string', jsonPath: '.spec.garbageCollectionDeadline' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  categories: ['external-secrets-generators'],
  controller: 'generatorstate',
  hooks: ['sync', 'customize'],
  children: [],
};
