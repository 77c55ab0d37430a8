import { createCredentials } from './kit/credentials.ts';
import { ProviderError } from './kit/errors.ts';
import type { GenerateDeps, Generated, Generator } from './kit/generator.ts';
import type { KubeReader } from './kit/kube.ts';
import type { TemplateRenderer } from './kit/templates.ts';
import type { BackendObserver } from './observer.ts';

/** A generator that may be used: its kind is built, and its spec is valid. */
export interface GeneratorHandle {
  readonly kind: string;
  readonly name: string;
  /** It comes from a ClusterGenerator. */
  readonly isCluster: boolean;
  readonly spec: unknown;
}

/** The way to all generators. Every method throws only ProviderError. */
export interface Generators {
  /** Makes new values for a consumer in that namespace. Nothing is shared. */
  generate(handle: GeneratorHandle, namespace: string, signal: AbortSignal): Promise<Generated>;
  /** Takes back what was made. A generator of which nothing can be taken back has nothing to do. */
  revoke(handle: GeneratorHandle, state: string, namespace: string, signal: AbortSignal): Promise<void>;
}

export interface GeneratorsOptions {
  readonly built: ReadonlyMap<string, Generator>;
  readonly kube: KubeReader;
  readonly templates?: TemplateRenderer;
  readonly observer: BackendObserver;
  readonly now: () => number;
}

/** {@link Generators} over those that are built. */
export function createGenerators(options: GeneratorsOptions): Generators {
  const { built, kube, templates, observer, now } = options;
  const call = async <T>(
    handle: GeneratorHandle,
    namespace: string,
    signal: AbortSignal,
    use: (generator: Generator, deps: GenerateDeps) => Promise<T>,
  ): Promise<T> => {
    const generator = built.get(handle.kind);
    if (generator === undefined) throw new ProviderError('Unsupported', { what: `generator ${handle.kind}` });
    const scope = { kind: 'SecretStore', name: handle.name, namespace } as const;
    const deps: GenerateDeps = {
      // As for a SecretStore: whatever a reference says, it is read in the consumer's namespace, and a CA from another
      // one is refused (CVE-2026-42875).
      credentials: createCredentials(scope, kube),
      ...(templates === undefined ? {} : { templates }),
      now,
      namespace,
      signal,
      countCall: (name, outcome) => observer.call(handle.kind, name, outcome),
    };
    try {
      return await use(generator, deps);
    } catch (error) {
      // A foreign error says nothing but that it did not work (design rule 8).
      throw error instanceof ProviderError ? error : new ProviderError('Unavailable');
    }
  };
  return {
    generate: (handle, namespace, signal) =>
      call(handle, namespace, signal, (generator, deps) => generator.generate(handle.spec as never, deps)),
    revoke: (handle, state, namespace, signal) =>
      call(handle, namespace, signal, async (generator, deps) =>
        generator.revoke?.(handle.spec as never, state, deps),
      ),
  };
}
