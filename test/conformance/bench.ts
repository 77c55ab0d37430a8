import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ProviderError, type ProviderErrorCode } from '../../providers/kit/errors.ts';
import type { ConnectDeps, PushTarget, SecretsClient } from '../../providers/kit/provider.ts';
import type { Canaries } from '../support/canaries.ts';
import { remoteText } from '../support/recording-proxy.ts';
import { type Backend, connect, type Harness, type Store, type Who } from './harness.ts';

/** What a case works with. */
export interface Bench {
  readonly harness: Harness;
  readonly backend: Backend;
  /** The client of `reader`: always the same, unless the values stand in the store. */
  reader(): Promise<SecretsClient>;
  /** A new client, closed at the end; of another store than the backend's when one is given. */
  connect(who: Who, deps?: Partial<ConnectDeps>, store?: Store): Promise<SecretsClient>;
  /** How a read of what is not there ends. */
  readonly absent: ProviderErrorCode;
  /** What a key is called in errors. */
  nameOf(key: string): string;
  /** A value that must appear in no error. */
  marker(): string;
  /** Asserts that the work is rejected with one of the codes, by an error that says nothing that it must not. */
  rejects(work: Promise<unknown>, ...codes: ProviderErrorCode[]): Promise<ProviderError>;
  /** The same for a synchronous call. */
  throws(work: () => unknown, ...codes: ProviderErrorCode[]): ProviderError;
}

/** One thing that every provider keeps, as far as its backend can show it. */
export interface Case {
  readonly name: string;
  /** Set when it is also shown by a backend of which nothing is read. */
  readonly readsNothing?: true;
  /** Whether the backend can show it; always, unless given. */
  readonly applies?: (backend: Backend) => boolean;
  run(bench: Bench): Promise<void>;
}

/** A signal for one call of a case. */
export const soon = () => AbortSignal.timeout(20_000);

/** A {@link Bench} on a backend that runs; closing it stops the backend. */
export function openBench(
  harness: Harness,
  backend: Backend,
  secrets: Canaries,
): Bench & { close(): Promise<void> } {
  const watched = new Set<string>();
  const watch = (text: string) => {
    if (!watched.has(text)) watched.add(secrets.watch(text));
  };
  watch(remoteText);
  const clients: SecretsClient[] = [];
  const nameOf = backend.nameOf ?? ((key: string) => key);
  const connectAs: Bench['connect'] = async (who, deps, store = backend.store(who)) => {
    const client = await connect(harness, store, deps);
    clients.push(client);
    const announced = backend.properties === undefined ? {} : { properties: backend.properties };
    const named = <T extends PushTarget>(target: T): T => ({
      ...target,
      remoteKey: nameOf(target.remoteKey),
    });
    return {
      ...client,
      read: (ref, signal) => client.read({ ...ref, key: nameOf(ref.key), ...announced }, signal),
      push: (push, signal) => client.push!({ metadata: backend.pushes?.metadata, ...named(push) }, signal),
      delete: (target, signal) => client.delete!(named(target), signal),
      exists: (target, signal) => client.exists!(named(target), signal),
    };
  };
  const vet = (error: unknown, codes: readonly ProviderErrorCode[]): ProviderError => {
    backend.credentials().forEach(watch);
    secrets.assertNoCanary(inspect(error, { depth: 10, showHidden: true }), String((error as Error)?.stack));
    assert(error instanceof ProviderError, 'only a ProviderError may leave a provider');
    assert.equal(error.cause, undefined);
    assert(codes.includes(error.code), `${error.code} instead of ${codes.join(' or ')}: ${error.message}`);
    return error;
  };
  let reader: Promise<SecretsClient> | undefined;
  return {
    harness,
    backend,
    reader() {
      if (backend.values === 'store') return connectAs('reader');
      reader ??= connectAs('reader');
      return reader;
    },
    connect: connectAs,
    absent: backend.absence === 'hidden' ? 'NotShown' : 'NotFound',
    nameOf,
    marker: () => secrets.marker(),
    async rejects(work, ...codes) {
      const outcome = await work.then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (outcome === undefined) assert.fail(`not rejected with ${codes.join(' or ')}`);
      return vet(outcome.error, codes);
    },
    throws(work, ...codes) {
      try {
        work();
      } catch (error) {
        return vet(error, codes);
      }
      return assert.fail(`nothing thrown, but ${codes.join(' or ')} expected`);
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await backend.stop();
    },
  };
}
