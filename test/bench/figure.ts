/** One figure of a bench, and the bound that it has to hold, if any. */
export interface Figure {
  readonly bench: string;
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
}

/** How a bench is run. */
export interface BenchOptions {
  /** `quick`: fewer calls, for a look; its figures prove nothing. */
  readonly size: 'full' | 'quick';
  /** Takes a line about what is going on. */
  readonly tell: (line: string) => void;
}

/** Measures something and resolves with its figures. */
export type Bench = (options: BenchOptions) => Promise<Omit<Figure, 'bench'>[]>;

/** Whether a figure holds its bound. */
export function holds({ value, atMost }: Figure): boolean {
  return atMost === undefined || value <= atMost;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
