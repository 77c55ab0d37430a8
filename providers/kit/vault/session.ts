import { ProviderError } from '../errors.ts';
import type { Authentication } from './method.ts';

/** A token that a login gave. */
export interface Lease {
  readonly token: string;
  /** Seconds; 0 means that it never expires. */
  readonly seconds: number;
  readonly revocable: boolean;
}

export interface SessionDeps {
  readonly login: (request: { path: string; body: object }) => Promise<Lease>;
  /** Best effort: never rejects. */
  readonly revoke: (token: string) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The token of one client: one login per token lifetime, however many reads ask for it at once. */
export interface Session {
  readonly kind: Authentication['kind'];
  /** The token to send; undefined when none is to be sent. Throws what the login throws. */
  token(): Promise<string | undefined>;
  /**
   * The token to try instead of one that was refused, or undefined when the refusal stands. A new login may help even
   * when the token lives, since it takes up what the role was granted meanwhile; but a key that stays denied must not
   * cost a login per read, so within a minute of such a login only a token that `isDead` is replaced.
   */
  replacement(refused: string | undefined, isDead: () => Promise<boolean>): Promise<string | undefined>;
  /** Revokes what logins gave. Never rejects. */
  close(): Promise<void>;
}

const forcedLoginsEveryMs = 60_000;

/** Starts without a call; the first {@link Session.token} logs in. */
export function createSession(authentication: Authentication, deps: SessionDeps): Session {
  if (authentication.kind !== 'login') return fixedSession(authentication);
  const { login, revoke, now } = deps;
  const revocations = new Set<Promise<void>>();
  let current: Promise<Lease & { renewAt: number }> | undefined;
  let forcedAt = Number.NEGATIVE_INFINITY;
  let replaced: string | undefined;

  const start = () => {
    const attempt = authentication
      .request()
      .then(login)
      .then((lease) => ({ ...lease, renewAt: renewAt(lease, now()) }));
    current = attempt;
    attempt.catch(() => {
      if (current === attempt) current = undefined;
    });
    return attempt;
  };
  const retire = ({ token, revocable }: Lease) => {
    if (!revocable) return;
    const done = revoke(token).finally(() => revocations.delete(done));
    revocations.add(done);
  };
  const lease = async () => {
    const seen = current;
    const held = await (seen ?? start());
    if (held.renewAt > now()) return held;
    // Whoever wakes up first renews; the others find its attempt.
    return current === seen || current === undefined ? start() : current;
  };

  return {
    kind: 'login',
    token: async () => (await lease()).token,
    async replacement(refused, isDead) {
      const held = await lease();
      if (held.token !== refused) return held.token;
      const stands = now() - forcedAt < forcedLoginsEveryMs && refused !== replaced && !(await isDead());
      // Others whose read was refused at the same time find the login under way.
      if (refused === replaced) return (await lease()).token;
      if (stands) return undefined;
      forcedAt = now();
      replaced = refused;
      try {
        return (await start()).token;
      } finally {
        retire(held);
      }
    },
    async close() {
      const last = current;
      current = undefined;
      if (last !== undefined) await last.then(retire, () => {});
      await Promise.all(revocations);
    },
  };
}

function fixedSession(authentication: Exclude<Authentication, { kind: 'login' }>): Session {
  const token = authentication.kind === 'token' ? authentication.token : undefined;
  if (token === '') throw new ProviderError('Misconfigured', { what: 'the token is empty' });
  return {
    kind: authentication.kind,
    token: async () => token,
    replacement: async () => undefined,
    close: async () => {},
  };
}

/** A minute before the token expires, or a tenth of its lifetime if that is less. */
function renewAt({ seconds }: Lease, obtainedAt: number): number {
  if (seconds === 0) return Number.POSITIVE_INFINITY;
  return obtainedAt + (seconds - Math.min(60, seconds / 10)) * 1000;
}
