import type { Clock } from '../../../local/metacontroller/clock.ts';
import { fakeSpec } from '../../../providers/fake/schema.ts';
import { ProviderError } from '../../../providers/kit/errors.ts';
import type { Provider, RemoteSecret, SecretMap } from '../../../providers/kit/provider.ts';

/**
 * How the backend misbehaves. `Slow` answers after 3 s with what it had at the start, `Late` after 9 s, when nobody waits
 * for it any more, `Hang` never.
 */
export type Fault = 'none' | 'Unavailable' | 'Denied' | 'Throttled' | 'Slow' | 'Late' | 'Hang';

/** The keys of the backend. `bag` holds a map whose keys come and go, the others plain values. */
export const backendKeys = ['db', 'api', 'bag'] as const;
export type BackendKey = (typeof backendKeys)[number];

/** What a key held from a moment on: a version of its value, or nothing. */
interface Era {
  readonly from: number;
  readonly version: number | undefined;
}

export interface Answer {
  readonly at: number;
  readonly key: string;
  readonly outcome: 'value' | 'absent' | 'failed';
}

/** A backend whose values say which version of which key they are, and which remembers all that it ever held and answered. */
export interface ScriptedBackend {
  readonly provider: Provider;
  readonly answers: readonly Answer[];
  /** Reads that wait for time to pass. */
  waiting(): number;
  /** Reads that have begun, ever. */
  reads(): number;
  write(key: BackendKey): void;
  remove(key: BackendKey): void;
  restore(key: BackendKey): void;
  setFault(fault: Fault): void;
  newest(key: BackendKey): number | undefined;
  /** Whether the key was at that version (undefined: absent) at some moment from then on. */
  wasCurrent(key: BackendKey, version: number | undefined, since: number): boolean;
}

/** `<key>@<version>`, the value of a key at a version. */
export function textOf(key: BackendKey, version: number): string {
  return `${key}@${version}`;
}

/** The key and version that a value names, or undefined for a value that no backend ever held. */
export function parseValue(text: string): { key: BackendKey; version: number } | undefined {
  const [, key, version] = /^(db|api|bag)@(\d+)$/.exec(text) ?? [];
  return key === undefined ? undefined : { key: key as BackendKey, version: Number(version) };
}

/** Names of the map that `bag` holds at a version: none in every fourth. */
export function bagNames(version: number): readonly string[] {
  if (version % 4 === 0) return [];
  return version % 2 === 0 ? ['user', 'note'] : ['user'];
}

/** A {@link ScriptedBackend} that holds version 1 of each key. */
export function createScriptedBackend(clock: Clock): ScriptedBackend {
  const eras = new Map<BackendKey, Era[]>(
    backendKeys.map((key) => [key, [{ from: clock.now(), version: 1 }]]),
  );
  const last = new Map<BackendKey, number>(backendKeys.map((key) => [key, 1]));
  const answers: Answer[] = [];
  let fault: Fault = 'none';
  let waiting = 0;
  let reads = 0;

  const newest = (key: BackendKey) => eras.get(key)?.at(-1)?.version;
  const become = (key: BackendKey, version: number | undefined) =>
    void eras.get(key)?.push({ from: clock.now(), version });

  /** Ends after `ms`, or with `Timeout` when the signal aborts first. */
  function wait(ms: number | undefined, signal: AbortSignal): Promise<void> {
    waiting++;
    return new Promise<void>((resolve, reject) => {
      const cancel = ms === undefined ? () => {} : clock.setTimer(resolve, ms);
      signal.addEventListener('abort', () => {
        cancel();
        reject(new ProviderError('Timeout'));
      });
    }).finally(() => {
      waiting--;
    });
  }

  async function misbehave(signal: AbortSignal): Promise<void> {
    if (fault === 'Slow') await wait(3_000, signal);
    else if (fault === 'Late') await wait(9_000, signal);
    else if (fault === 'Hang') await wait(undefined, signal);
    else if (fault === 'Throttled') throw new ProviderError('Throttled', { status: 429, retryAfter: 7 });
    else if (fault !== 'none') throw new ProviderError(fault, { what: 'the key' });
  }

  async function read(key: BackendKey, signal: AbortSignal): Promise<RemoteSecret> {
    reads++;
    const version = newest(key);
    const answer = (outcome: Answer['outcome']) => void answers.push({ at: clock.now(), key, outcome });
    await misbehave(signal).catch((error: unknown) => {
      answer('failed');
      throw error;
    });
    answer(version === undefined ? 'absent' : 'value');
    if (version === undefined) throw new ProviderError('NotFound', { what: key });
    const value = new TextEncoder().encode(textOf(key, version));
    const map: SecretMap = new Map(bagNames(version).map((name) => [name, value]));
    return { size: value.byteLength, value: () => value, map: () => map };
  }

  return {
    provider: {
      name: 'fake',
      label: () => 'Fake',
      spec: fakeSpec,
      capabilities: 'ReadOnly',
      maintenance: 'Maintained',
      validate: () => [],
      references: () => [],
      connect: async () => ({
        read: ({ key }, signal) => read(key as BackendKey, signal),
        async check(signal) {
          if (fault !== 'Denied') await misbehave(signal);
          return 'ready';
        },
        close: async () => {},
      }),
    },
    answers,
    waiting: () => waiting,
    reads: () => reads,
    write(key) {
      const version = (last.get(key) ?? 0) + 1;
      last.set(key, version);
      become(key, version);
    },
    remove: (key) => become(key, undefined),
    restore: (key) => become(key, last.get(key)),
    setFault(next) {
      fault = next;
    },
    newest,
    wasCurrent(key, version, since) {
      const all = eras.get(key) ?? [];
      return all.some((era, index) => {
        const until = all[index + 1]?.from ?? Number.POSITIVE_INFINITY;
        return era.version === version && until >= since;
      });
    },
  };
}
