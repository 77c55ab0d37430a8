import { join } from 'node:path';
import type { About, Counterpart } from '../providers/kit/about.ts';
import { registry } from '../providers/registry.ts';

const opening =
  '<!-- providers: made by "npm run generate" from providers/*/about.ts; a test compares the two -->';
const closing = '<!-- providers end -->';
const headings = ['provider', 'read', 'find', 'push', 'auth', 'tested against'];
const counterparts: readonly Counterpart[] = ['real server', 'emulator', 'fake'];

/** What `<name>/about.ts` says of a registered provider. Throws when the file is not there. */
export async function aboutProvider(name: string): Promise<About> {
  const path = join(import.meta.dirname, '../providers', name.toLowerCase(), 'about.ts');
  return ((await import(path)) as { about: About }).about;
}

/** The README with its table of providers, one row for each of the registry. */
export async function withProvidersTable(readme: string): Promise<string> {
  const [before, rest] = readme.split(opening);
  const [, after] = rest?.split(closing) ?? [];
  if (before === undefined || after === undefined)
    throw new Error('the README has lost its marks for the table of providers');
  const names = [...registry.keys()].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const rows = await Promise.all(names.map(async (name) => rowOf(name, await aboutProvider(name))));
  return `${before}${opening}\n\n${table([headings, ...rows])}\n\n${closing}${after}`;
}

function rowOf(name: string, { reads, finds, pushes, auths, testedAgainst }: About): string[] {
  const tested = counterparts.flatMap((counterpart) => {
    const which = testedAgainst[counterpart];
    return which === undefined ? [] : [`${counterpart} (${which})`];
  });
  return [`\`${name}\``, reads, finds.join(', ') || '-', pushes ? 'yes' : 'no', auths, tested.join(', ')];
}

/** Rows as Markdown, as wide as the formatter makes them. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = headings.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
