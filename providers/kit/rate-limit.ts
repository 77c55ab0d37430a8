/** What a vendor allows the calls of one identity, as its page says. */
export interface RateLimit {
  /** At most so many calls ... */
  readonly calls: number;
  /** ... in any so many seconds, ... */
  readonly seconds: number;
  /** ... of which so many may come at once, and the others are spread; a fifth unless given. */
  readonly burst?: number;
  /** The operations that count, by the names that `ConnectDeps.countCall` gets; all of them unless given. */
  readonly of?: readonly string[];
  /** What the vendor counts by beside the identity, such as a vault. */
  readonly per?: string;
}
