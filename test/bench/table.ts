import { type Figure, holds } from './figure.ts';

/** The figures for a person, a line each. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.bench,
    figure.figure,
    figure.value.toLocaleString('en-US', { maximumSignificantDigits: 4 }),
    figure.unit,
    figure.atMost === undefined ? '' : `at most ${figure.atMost}: ${holds(figure) ? 'held' : 'BROKEN'}`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 2 ? cell.padStart(widths[2]!) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
