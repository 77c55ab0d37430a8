import type { TSchema } from 'typebox';
import type { Generator } from '../../providers/kit/generator.ts';
import { K, type Schema } from '../../providers/kit/schema.ts';
import { clusterField, knownGenerators, namespacedGenerators } from './names.ts';

/** Schema of a `generatorRef`. */
export const generatorRef = K.object('A generator that makes the values.', {
  apiVersion: K.defaulted(
    K.string('API version of the generator.'),
    'generators.external-secrets.io/v1alpha1',
  ),
  kind: K.enum('Kind of the generator.', knownGenerators),
  name: K.objectName('Name of the generator.'),
});

/** Schema of a generator's `spec`: of one that is not built here it is kept as it is. */
export function generatorSpec(built: ReadonlyMap<string, Generator>, kind: string): Schema {
  return (
    (built.get(kind)?.spec as TSchema as Schema | undefined) ??
    K.any('Kept as it is: this version of Keyhook has no such generator.')
  );
}

/** Schema of a ClusterGenerator's `spec`. */
export function clusterGeneratorSpec(built: ReadonlyMap<string, Generator>) {
  const fields = namespacedGenerators.map((kind) => [
    clusterField(kind),
    K.optional(generatorSpec(built, kind)),
  ]);
  return K.object('A generator for all namespaces.', {
    kind: K.enum('Kind of the generator.', namespacedGenerators),
    generator: K.object(
      'Its spec, in the field of its kind. What it refers to is looked for in the namespace that uses it.',
      Object.fromEntries(fields),
      { minProperties: 1, maxProperties: 1 },
    ),
  });
}
