import type { AwsKeys } from '../kit/aws-keys.ts';
import { renewable } from '../kit/renewable.ts';

/** AWS credentials; temporary ones have an end. */
export interface Keys extends AwsKeys {
  readonly expiration?: Date;
}

/** Where the calls of one identity get their credentials. */
export interface Session {
  /** `given`: nobody has tried the credentials. `obtained`: that they are there proves that they work. */
  readonly kind: 'given' | 'obtained';
  /** Throws what obtaining them throws. */
  keys(): Promise<Keys>;
  /** Credentials in place of some that AWS calls dead; undefined when there are no others. */
  replacement(dead: Keys): Promise<Keys | undefined>;
}

const renewBeforeMs = 5 * 60_000;

/** Credentials that somebody else looks after. */
export function givenSession(keys: Keys): Session {
  return { kind: 'given', keys: async () => keys, replacement: async () => undefined };
}

/** Credentials that `obtain` gives: once per lifetime, until 5 minutes before its end, however many calls want them. */
export function obtainedSession(obtain: () => Promise<Keys>, now: () => number): Session {
  const keys = renewable(
    obtain,
    ({ expiration }) => expiration === undefined || expiration.getTime() - renewBeforeMs > now(),
  );
  return { kind: 'obtained', keys: keys.get, replacement: keys.replace };
}
