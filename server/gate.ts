export interface GateOptions {
  /** Bytes of request bodies held at one time. */
  readonly maxBytes: number;
  readonly maxCalls: number;
  /** Uniform in [0, 1), as Math.random. */
  readonly random: () => number;
}

export type Admission =
  | { readonly kind: 'entered'; readonly leave: () => void }
  | { readonly kind: 'full'; readonly retryAfter: number };

/** Bounds the memory that calls may hold. */
export interface Gate {
  /** Admits a call with a body of so many bytes; its `leave` may be called more than once. */
  enter(bytes: number): Admission;
  /** Bytes held now. */
  bytes(): number;
}

/**
 * A {@link Gate}. The answer of a full one is spread over 1 to 4 seconds, whole ones: Metacontroller takes a fraction
 * for zero and comes back at once (spec metacontroller 5.4).
 */
export function createGate({ maxBytes, maxCalls, random }: GateOptions): Gate {
  let bytesHeld = 0;
  let calls = 0;
  return {
    enter(bytes) {
      // Alone, even a body above the limit gets through: it could never be admitted otherwise.
      if (calls >= maxCalls || (calls > 0 && bytesHeld + bytes > maxBytes))
        return { kind: 'full', retryAfter: 1 + Math.floor(random() * 4) };
      bytesHeld += bytes;
      calls += 1;
      let inside = true;
      const leave = () => {
        if (!inside) return;
        inside = false;
        bytesHeld -= bytes;
        calls -= 1;
      };
      return { kind: 'entered', leave };
    },
    bytes: () => bytesHeld,
  };
}
