import type { Static, TSchema } from 'typebox';
import type { SecretKeySelector } from './credentials.ts';
import { createHttpClient, type HttpClient } from './http.ts';
import type { ConnectDeps, Problem, SecretMap } from './provider.ts';

/** What one generation came to. */
export interface Generated {
  readonly values: SecretMap;
  /** From this moment (ms since the epoch) on the values are worthless. Absent: nobody has said that they end. */
  readonly until?: number;
  /** What `revoke` needs, as JSON: it names what was made, and holds no credential. Absent: there is nothing to revoke. */
  readonly state?: string;
}

/** What a generator needs from its surroundings. */
export interface GenerateDeps extends ConnectDeps {
  /** The namespace that consumes the values; all that the generator refers to is there. */
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** The way to the network; one of its own unless given. */
  readonly http?: HttpClient;
}

/**
 * A kind of generator: makes values instead of reading them. Each call makes new ones; who wants the same again keeps
 * them. Throws only ProviderError.
 */
export interface Generator<S extends TSchema = TSchema> {
  readonly kind: string;
  /** One sentence, for `kubectl explain`. */
  readonly description: string;
  /** Schema of `spec`. */
  readonly spec: S;
  /** What is wrong with a spec of the right shape. Pure; absent: nothing can be. */
  problems?(spec: Static<S>): readonly Problem[];
  generate(spec: Static<S>, deps: GenerateDeps): Promise<Generated>;
  /** Takes back what the state names; what is gone already is no failure. With it `generate` gives a state. */
  revoke?(spec: Static<S>, state: string, deps: GenerateDeps): Promise<void>;
}

/** A {@link Generator} with its types, for its file; whoever keeps many of them knows less. */
export function generator<S extends TSchema>(of: Generator<S>): Generator {
  return of as unknown as Generator;
}

/** Texts as values. */
export function textValues(texts: Readonly<Record<string, string>>): SecretMap {
  return new Map(Object.entries(texts).map(([key, text]) => [key, new Uint8Array(Buffer.from(text))]));
}

/** Runs work that needs the network, and ends its connections. */
export async function withHttp<T>(
  { http }: Pick<GenerateDeps, 'http'>,
  work: (http: HttpClient) => Promise<T>,
): Promise<T> {
  if (http !== undefined) return work(http);
  const own = createHttpClient();
  try {
    return await work(own);
  } finally {
    own.close();
  }
}

/** Text of a Secret's key without blanks around it: what is pasted or piped into a Secret tends to end with a newline. */
export async function secretText(
  { credentials }: Pick<GenerateDeps, 'credentials'>,
  selector: SecretKeySelector,
): Promise<string> {
  return Buffer.from(await credentials.secret(selector))
    .toString()
    .trim();
}
