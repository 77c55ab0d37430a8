import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { GeneratorHandle, Generators } from '../../providers/generators.ts';
import { ProviderError } from '../../providers/kit/errors.ts';
import type { Generated } from '../../providers/kit/generator.ts';
import type { SecretMap } from '../../providers/kit/provider.ts';
import { newState, type Owner } from '../generator-state/object.ts';
import { type GeneratorStates, kubernetesStatus } from '../lib/ports.ts';
import type { GeneratorFailure } from './errors.ts';
import { type GeneratorRef, type ResolveDeps, resolveGenerator } from './resolve.ts';

/** Who wants values, and for which refresh. */
export interface GenerationRequest {
  /** The object that uses the generator. */
  readonly owner: Owner;
  /** Id of the refresh (design rule 2): for the same id, the same values. */
  readonly id: string;
  /** Which of the owner's entries. */
  readonly entry: string;
  readonly ref: GeneratorRef;
  /** The caller waits until this aborts; what has begun goes on, for whoever asks next. */
  readonly signal: AbortSignal;
}

/** Values, and when they have to be made anew. */
export interface Generation {
  readonly kind: 'values';
  readonly values: SecretMap;
  /** In ms. */
  readonly madeAt: number;
  /** Name of the GeneratorState by which they are taken back. */
  readonly state?: string;
  /** Before their end: from this moment (ms) on another one is due, whatever the interval is. */
  readonly renewAt?: number;
}

/** What a request comes to. */
export type GenerationResult =
  | Generation
  | { readonly kind: 'otherClass' }
  | { readonly kind: 'unusable'; readonly failure: GeneratorFailure }
  | { readonly kind: 'failed'; readonly error: ProviderError };

/**
 * Values that stay as long as the refresh that they were made for. A replica that forgets them makes others, unless the
 * target carries them already.
 */
export interface Generations {
  /** Never rejects for what a generator or its backend does. */
  take(request: GenerationRequest): Promise<GenerationResult>;
  /** The owner's refresh is done with: what was made for it is held no longer. */
  settle(uid: string): void;
}

export interface GenerationsDeps extends ResolveDeps {
  readonly generators: Generators;
  readonly states: GeneratorStates;
  readonly now: () => number;
}

const maxOwners = 10_000;
/** One call of a generator; longer than a call of the hook, so that its result is there for the next one. */
const generateMs = 30_000;
const shortestMs = 10_000;

interface Held {
  readonly id: string;
  readonly entries: Map<string, Promise<GenerationResult>>;
}

/** Empty {@link Generations}. */
export function createGenerations(deps: GenerationsDeps): Generations {
  const held = new LRUCache<string, Held>({ max: maxOwners });

  /** Notes what has to be taken back one day; where that fails it is taken back at once. */
  const track = async (made: Generated, { owner, entry }: GenerationRequest, handle: GeneratorHandle) => {
    if (made.state === undefined) return { kind: 'tracked', name: undefined } as const;
    try {
      const state = await deps.states.create(newState(owner, entry, handle, made.state));
      return { kind: 'tracked', name: state.metadata.name } as const;
    } catch (error) {
      const status = kubernetesStatus(error);
      if (status === undefined) throw error;
      const signal = AbortSignal.timeout(generateMs);
      await deps.generators.revoke(handle, made.state, owner.namespace, signal).catch(() => {});
      return { kind: 'unusable', failure: { code: 'Untracked', detail: `HTTP ${status}` } } as const;
    }
  };

  const make = async (request: GenerationRequest): Promise<GenerationResult> => {
    const { owner, ref } = request;
    const resolved = await resolveGenerator(ref, owner.namespace, deps);
    if (resolved.kind === 'failed') return { kind: 'unusable', failure: resolved.failure };
    if (resolved.kind === 'otherClass') return resolved;
    const madeAt = deps.now();
    try {
      const signal = AbortSignal.timeout(generateMs);
      const made = await deps.generators.generate(resolved.handle, owner.namespace, signal);
      const renewAt = renewalOf(made, madeAt, owner.uid);
      const tracked = await track(made, request, resolved.handle);
      if (tracked.kind !== 'tracked') return tracked;
      return {
        kind: 'values',
        values: made.values,
        madeAt,
        ...(renewAt === undefined ? {} : { renewAt }),
        ...(tracked.name === undefined ? {} : { state: tracked.name }),
      };
    } catch (error) {
      if (error instanceof ProviderError) return { kind: 'failed', error };
      throw error;
    }
  };

  return {
    async take(request) {
      const { owner, id, entry, signal, ref } = request;
      const known = held.get(owner.uid);
      const entries = known?.id === id ? known.entries : new Map<string, Promise<GenerationResult>>();
      const key = JSON.stringify([entry, ref.kind, ref.name]);
      const begun = entries.get(key) ?? make(request);
      entries.set(key, begun);
      // Whatever gave no values is asked anew by the next pass.
      const drop = () => void (entries.get(key) === begun && entries.delete(key));
      begun.then(({ kind }) => kind !== 'values' && drop(), drop);
      held.set(owner.uid, { id, entries });
      return untilAborted(begun, signal, ref);
    },
    settle: (uid) => void held.delete(uid),
  };
}

/**
 * When values that end are made anew: after about two thirds of their time, not at the same moment for all who
 * began together.
 */
function renewalOf({ until }: Generated, madeAt: number, uid: string): number | undefined {
  if (until === undefined) return undefined;
  const share = 0.6 + (createHash('sha256').update(uid).digest().readUInt16BE() / 0x1_0000) * 0.1;
  return madeAt + Math.max((until - madeAt) * share, shortestMs);
}

function untilAborted(
  work: Promise<GenerationResult>,
  signal: AbortSignal,
  { kind, name }: GeneratorRef,
): Promise<GenerationResult> {
  const underWay: GenerationResult = {
    kind: 'failed',
    error: new ProviderError('UnderWay', { what: `${kind} ${name}` }),
  };
  if (signal.aborted) return Promise.resolve(underWay);
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(underWay);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
