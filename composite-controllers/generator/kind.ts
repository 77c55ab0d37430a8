import { generatorRegistry } from '../../providers/generator-registry.ts';
import type { InstalledKind } from '../kind.ts';
import { generatorGroup, generatorVersion, namespacedGenerators, pluralOf } from './names.ts';
import { clusterGeneratorSpec, generatorSpec } from './schema.ts';

const shared = {
  folder: 'generator',
  group: generatorGroup,
  version: generatorVersion,
  columns: [],
  categories: ['external-secrets-generators'],
} as const;

/** The kinds of generators as they are installed (spec core 0.1). The hook reads their objects, by name, when one is due. */
export const generatorKinds: readonly InstalledKind[] = [
  ...namespacedGenerators.map(
    (kind): InstalledKind => ({
      ...shared,
      kind,
      plural: pluralOf(kind),
      scope: 'Namespaced',
      description:
        generatorRegistry.get(kind)?.description ?? 'A generator that is not built in this version.',
      spec: generatorSpec(generatorRegistry, kind),
    }),
  ),
  {
    ...shared,
    kind: 'ClusterGenerator',
    plural: 'clustergenerators',
    scope: 'Cluster',
    description: 'A generator for the ExternalSecrets of all namespaces.',
    spec: clusterGeneratorSpec(generatorRegistry),
  },
];
