import type { GeneratorHandle } from '../../providers/generators.ts';
import type { Generator } from '../../providers/kit/generator.ts';
import type { Problem } from '../../providers/kit/provider.ts';
import { type GeneratorObjects, kubernetesStatus } from '../lib/ports.ts';
import { compile } from '../validator.ts';
import type { GeneratorFailure } from './errors.ts';
import { clusterField, type GeneratorKind, generatorGroup } from './names.ts';

/** A `generatorRef` of a manifest. */
export interface GeneratorRef {
  readonly apiVersion?: string;
  readonly kind: GeneratorKind;
  readonly name: string;
}

/** A generator that can be used; or one that another controller class looks after; or why it cannot be used. */
export type Resolved =
  | { readonly kind: 'generator'; readonly handle: GeneratorHandle }
  | { readonly kind: 'otherClass' }
  | { readonly kind: 'failed'; readonly failure: GeneratorFailure };

export interface ResolveDeps {
  readonly objects: GeneratorObjects;
  readonly built: ReadonlyMap<string, Generator>;
  readonly controllerClass: string;
}

/**
 * The generator that a reference means, read live. It is looked for in the consumer's own namespace; a ClusterGenerator
 * in the cluster, and then all that it refers to is the consumer's, too (design rule 10).
 */
export async function resolveGenerator(
  ref: GeneratorRef,
  namespace: string,
  { objects, built, controllerClass }: ResolveDeps,
): Promise<Resolved> {
  if (ref.apiVersion !== undefined && ref.apiVersion.split('/')[0] !== generatorGroup)
    return failed({ code: 'Group' });
  const isCluster = ref.kind === 'ClusterGenerator';
  let object: Awaited<ReturnType<GeneratorObjects['generator']>>;
  try {
    object = await objects.generator(ref.kind, isCluster ? undefined : namespace, ref.name);
  } catch (error) {
    const status = kubernetesStatus(error);
    if (status === undefined) throw error;
    return failed({ code: 'Unreadable', detail: `HTTP ${status}` });
  }
  if (object === undefined) return failed({ code: 'Missing' });

  const spec = (object.spec ?? {}) as ClusterSpec;
  const kind = isCluster ? (spec.kind ?? '') : ref.kind;
  const generator = built.get(kind);
  if (generator === undefined) return failed({ code: 'NotBuilt', detail: kind });
  const own = isCluster ? spec.generator?.[clusterField(kind)] : spec;
  if (own === undefined)
    return failed({ code: 'Invalid', detail: `spec.generator.${clusterField(kind)} is required` });
  const { controller } = own as { controller?: unknown };
  if (typeof controller === 'string' && controller !== '' && controller !== controllerClass)
    return { kind: 'otherClass' };
  const problems = generatorProblems(generator, own);
  if (problems.length > 0)
    return failed({ code: 'Invalid', detail: problems.slice(0, 5).map(describe).join('; ') });
  return { kind: 'generator', handle: { kind, name: ref.name, isCluster, spec: own } };
}

interface ClusterSpec {
  readonly kind?: string;
  readonly generator?: Readonly<Record<string, unknown>>;
}

const checks = new Map<string, (spec: unknown) => Problem[]>();

/** What is wrong with a generator's spec; empty when nothing is. */
export function generatorProblems(generator: Generator, spec: unknown): readonly Problem[] {
  const check = checks.get(generator.kind) ?? compile(generator.spec);
  checks.set(generator.kind, check);
  const problems = check(spec);
  return problems.length > 0 ? problems : (generator.problems?.(spec as never) ?? []);
}

function describe({ path, message }: Problem): string {
  return path === '' ? message : `spec.${path}: ${message}`;
}

function failed(failure: GeneratorFailure): Resolved {
  return { kind: 'failed', failure };
}
