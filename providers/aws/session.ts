/** AWS credentials; temporary ones have a token and an end. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
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
  let current: Promise<Keys> | undefined;

  const start = () => {
    const attempt = obtain();
    current = attempt;
    attempt.catch(() => {
      if (current === attempt) current = undefined;
    });
    return attempt;
  };
  const isFresh = ({ expiration }: Keys) =>
    expiration === undefined || expiration.getTime() - renewBeforeMs > now();
  const keys = async () => {
    const seen = current;
    const held = await (seen ?? start());
    if (isFresh(held)) return held;
    // Whoever wakes up first renews; the others find its attempt.
    return current === seen || current === undefined ? start() : current;
  };

  return {
    kind: 'obtained',
    keys,
    async replacement(dead) {
      const seen = current;
      const held = await keys();
      if (held !== dead) return held;
      return current === seen || current === undefined ? start() : current;
    },
  };
}
