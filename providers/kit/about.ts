/** What stood at the other end when a provider was tested. */
export type Counterpart = 'real server' | 'emulator' | 'fake';

/** A provider's row of the README's table, in `<name>/about.ts`: the hook itself never loads it. */
export interface About {
  readonly reads: string;
  /** By what `dataFrom.find` finds; empty where it finds nothing. */
  readonly finds: readonly string[];
  readonly pushes: boolean;
  readonly auths: string;
  /** What it was tested against, and which. */
  readonly testedAgainst: Readonly<Partial<Record<Counterpart, string>>>;
}
