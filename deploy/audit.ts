// Known vulnerabilities of the packages that the image holds: node deploy/audit.ts. Ends with 1 when one is not excused.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A vulnerability that is known and borne for a while. */
export interface Allowed {
  /** Such as `GHSA-xxxx-xxxx-xxxx`. */
  readonly id: string;
  /** Why it does no harm here. */
  readonly why: string;
  /** The last day, as `2026-12-31`. */
  readonly until: string;
}

/** What `npm audit --json` prints, as far as it matters: causes are advisories, or names of packages that have them. */
export interface Report {
  readonly vulnerabilities: Readonly<Record<string, { readonly via: readonly (string | Advisory)[] }>>;
}

interface Advisory {
  readonly name: string;
  readonly title: string;
  readonly severity: string;
  /** Ends with the id. */
  readonly url: string;
}

/** A line for each advisory that nothing excuses on that day (`2026-11-24`), and for each excuse that excuses nothing. */
export function complaints(report: Report, allowed: readonly Allowed[], today: string): string[] {
  const advisories = new Map<string, Advisory>();
  for (const { via } of Object.values(report.vulnerabilities))
    for (const cause of via)
      if (typeof cause !== 'string') advisories.set(cause.url.split('/').at(-1) ?? cause.url, cause);
  const excused = new Set(allowed.filter(({ until }) => until >= today).map(({ id }) => id));
  return [
    ...[...advisories]
      .filter(([id]) => !excused.has(id))
      .map(([id, { name, severity, title }]) => `${id} ${severity} ${name}: ${title}`),
    ...allowed
      .filter(({ id }) => !advisories.has(id))
      .map(({ id }) => `${id} is excused, and not there any more`),
  ].sort();
}

if (import.meta.main) {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--omit=optional', '--json'], {
    encoding: 'utf8',
  });
  const report = JSON.parse(stdout);
  if (report.vulnerabilities === undefined)
    throw new Error('npm audit gave no report: the registry may have none');
  const allowed: Allowed[] = JSON.parse(
    readFileSync(join(import.meta.dirname, 'audit-allowed.json'), 'utf8'),
  );
  const found = complaints(report, allowed, new Date().toISOString().slice(0, 10));
  for (const line of found) console.error(line);
  process.exitCode = found.length === 0 ? 0 : 1;
}
