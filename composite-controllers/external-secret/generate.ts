import type { Generation, Generations } from '../generator/generations.ts';
import type { GeneratorUse, Plan } from './plan.ts';
import type { ReadResult } from './values.ts';
import type { World } from './world.ts';

export interface GenerateOptions {
  readonly generations: Generations;
  /** Id of the refresh: each pass for it gets the same values. */
  readonly id: string;
  readonly signal: AbortSignal;
}

/** What is to be known of generated values: when they were made, when the first of them has to be made anew, in ms. */
export interface GenerationFacts {
  readonly madeAt: number;
  readonly renewAt?: number;
  /** Names of the GeneratorStates by which they are taken back. */
  readonly states: readonly string[];
}

/** The results of all reads with those of the generators; or that another controller class looks after one of them. */
export type Generated =
  | {
      readonly kind: 'results';
      readonly results: ReadonlyMap<string, ReadResult>;
      /** Undefined: nothing was generated. */
      readonly facts: GenerationFacts | undefined;
    }
  | { readonly kind: 'otherClass' };

/** Uses the generators of a plan, once all that is read is there: nothing is made for a Secret that cannot be written. */
export async function generateAll(
  { uid, namespace, name }: World,
  { uses }: Plan,
  fetched: ReadonlyMap<string, ReadResult>,
  { generations, id, signal }: GenerateOptions,
): Promise<Generated> {
  if ([...fetched.values()].some(hasFailed)) {
    const unmade = uses.map(({ id }) => [id, { unmade: true }] as const);
    return { kind: 'results', results: new Map([...fetched, ...unmade]), facts: undefined };
  }
  const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', uid, namespace, name };
  const one = async (use: GeneratorUse) =>
    [use.id, await generations.take({ owner, id, entry: use.entry, ref: use.ref, signal })] as const;
  const results = new Map(fetched);
  const made: Generation[] = [];
  for (const [use, result] of await Promise.all(uses.map(one))) {
    if (result.kind === 'otherClass') return result;
    if (result.kind === 'unusable') results.set(use, { unusable: result.failure });
    if (result.kind === 'failed') results.set(use, { error: result.error });
    if (result.kind !== 'values') continue;
    results.set(use, { generated: result.values });
    made.push(result);
  }
  return { kind: 'results', results, facts: factsOf(made) };
}

function factsOf(made: readonly Generation[]): GenerationFacts | undefined {
  if (made.length === 0) return undefined;
  const renewals = made.flatMap(({ renewAt }) => (renewAt === undefined ? [] : [renewAt]));
  return {
    madeAt: Math.min(...made.map(({ madeAt }) => madeAt)),
    ...(renewals.length === 0 ? {} : { renewAt: Math.min(...renewals) }),
    states: made.flatMap(({ state }) => (state === undefined ? [] : [state])),
  };
}

/** What the backend says does not exist is an answer. */
function hasFailed(result: ReadResult): boolean {
  return 'error' in result && result.error.retry !== 'absent';
}
