/** A PushSecret as others with the same destination see it. */
export interface Claimant {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Of two that want the same place, the one that was created first has it. */
  readonly createdAt: string;
}

/** What each PushSecret wants to have in the backends: the digest of the value, undefined where it is not known. */
export type Wanted = ReadonlyMap<string, string | undefined>;

/**
 * Which places in the backends the PushSecrets of this process have, as far as it has seen them: soft memory, so a restart
 * only forgets. Two that push one value to one place agree; with different values each would undo the other for ever.
 */
export interface Claims {
  /** Notes all that a PushSecret wants, until the moment (ms) at which it is forgotten unless it is seen again. */
  hold(claimant: Claimant, wanted: Wanted, until: number): void;
  release(uid: string): void;
  /** The older PushSecret that has another value at the place. */
  rival(claimant: Claimant, place: string, digest: string, now: number): Claimant | undefined;
  /** Whether another PushSecret wants the place, whatever the value: then it is not to be deleted. */
  isWanted(uid: string, place: string, now: number): boolean;
}

interface Held {
  readonly claimant: Claimant;
  readonly wanted: Wanted;
  readonly until: number;
}

/** No claims. */
export function createClaims(): Claims {
  const byUid = new Map<string, Held>();
  const byPlace = new Map<string, Set<string>>();

  const release = (uid: string) => {
    for (const place of byUid.get(uid)?.wanted.keys() ?? []) {
      const uids = byPlace.get(place);
      uids?.delete(uid);
      if (uids?.size === 0) byPlace.delete(place);
    }
    byUid.delete(uid);
  };
  const others = (uid: string, place: string, now: number): Held[] =>
    [...(byPlace.get(place) ?? [])].flatMap((other) => {
      const held = other === uid ? undefined : byUid.get(other);
      return held === undefined || held.until <= now ? [] : [held];
    });

  return {
    hold(claimant, wanted, until) {
      const before = byUid.get(claimant.uid)?.wanted;
      // What is only stated again keeps the digest that is known of it.
      const known = new Map([...wanted].map(([place, digest]) => [place, digest ?? before?.get(place)]));
      release(claimant.uid);
      byUid.set(claimant.uid, { claimant, wanted: known, until });
      for (const place of known.keys()) {
        const uids = byPlace.get(place) ?? new Set();
        byPlace.set(place, uids.add(claimant.uid));
      }
    },
    release,
    rival(claimant, place, digest, now) {
      return others(claimant.uid, place, now).find(
        (held) => isOlder(held.claimant, claimant) && held.wanted.get(place) !== digest,
      )?.claimant;
    },
    isWanted: (uid, place, now) => others(uid, place, now).length > 0,
  };
}

function isOlder(a: Claimant, b: Claimant): boolean {
  return a.createdAt === b.createdAt ? a.uid < b.uid : a.createdAt < b.createdAt;
}
