import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Claim, type Contract, claimsOf, type Row, readContract } from './contract.ts';

/** Where the table is, and what it says: CONTRACT.md, made from the data beside it. */
export const tablePath = join(import.meta.dirname, 'CONTRACT.md');

/** The table as Markdown. */
export function contractTable(): string {
  const contract = readContract();
  const rows = contract.flatMap(({ sections }) => sections.flatMap((section) => section.rows));
  const missing = rows.filter(({ notBuilt }) => notBuilt !== undefined).length;
  return [
    '# The contract, and the tests that hold it',
    '',
    'Made by "npm run contract" from the YAML beside it; a test compares the two. Paths start at `test/`.',
    '',
    `${rows.length} rows, of which ${missing} are not built yet.`,
    '',
    ...contract.flatMap(part),
  ].join('\n');
}

function part({ title, sections }: Contract): string[] {
  return [
    `## ${title}`,
    '',
    ...sections.flatMap((section) => [
      `### ${section.id} ${section.title}`,
      '',
      '| | holds | tests |',
      '|---|---|---|',
      ...section.rows.map(line),
      '',
    ]),
  ];
}

function line(row: Row): string {
  const notes = [
    ...(row.otherwise === undefined ? [] : [`_Otherwise than ESO: ${row.otherwise}_`]),
    ...(row.notBuilt === undefined ? [] : [`**Not built: ${row.notBuilt}**`]),
  ];
  const cells = [row.id, [row.says, ...notes].join('<br>'), claimsOf(row).map(link).join('<br>')];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function link({ file, name }: Claim): string {
  const label = name === undefined ? `scenario ${basename(file, '.yaml')}` : `${basename(file)}: ${name}`;
  return `[${label.replaceAll('[', '\\[').replaceAll(']', '\\]').replaceAll('<', '&lt;')}](../${file})`;
}

if (import.meta.main) await writeFile(tablePath, contractTable());
