import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';

/* The contract as data: what users of External Secrets Operator and our own design rely on, and the tests that hold it. */

const closed = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1 });

const row = Type.Object(
  {
    /** The section it belongs to, and a letter. */
    id: Type.String({ pattern: '^[0-9A-Z.]+-[a-z]{1,2}$' }),
    /** What holds, in our own words. */
    says: text,
    /** Each is one file's short name, or `scenario`, with the name of a test there. */
    tests: Type.Optional(Type.Array(Type.Record(text, text, { minProperties: 1, maxProperties: 1 }))),
    /** What Keyhook cannot do yet. A test beside it shows what it says instead. */
    notBuilt: Type.Optional(text),
    /** How Keyhook differs from ESO on purpose. */
    otherwise: Type.Optional(text),
  },
  closed,
);

const document = Type.Object(
  {
    title: text,
    sections: Type.Array(
      Type.Object({ id: text, title: text, rows: Type.Array(row, { minItems: 1 }) }, closed),
    ),
  },
  closed,
);

/** One file of the contract. */
export type Contract = Static<typeof document>;
export type Row = Static<typeof row>;

/** A test that a row names. */
export interface Claim {
  /** From `test/`. */
  readonly file: string;
  /** Absent for a scenario, which is its file. */
  readonly name?: string;
}

const tests = join(import.meta.dirname, '..');
const parts = [
  'external-secret',
  'stores',
  'cluster-external-secret',
  'push-secret',
  'rollout',
  'templates',
  'upstream',
  'rules',
] as const;

/** The parts of the contract, in order. Throws when one does not have the format. */
export function readContract(): readonly Contract[] {
  return parts.map((part) => {
    const value: unknown = parse(readFileSync(join(import.meta.dirname, `${part}.yaml`), 'utf8'));
    const problems = [...Value.Errors(document, value)].map(
      ({ instancePath, message }) => `${instancePath}: ${message}`,
    );
    if (problems.length > 0) throw new Error(`${part}.yaml:\n  ${problems.join('\n  ')}`);
    return value as Contract;
  });
}

const files = parse(readFileSync(join(import.meta.dirname, 'files.yaml'), 'utf8')) as Record<string, string>;

/** The tests that a row names. Throws when a short name is unknown. */
export function claimsOf({ id, tests: named = [] }: Row): readonly Claim[] {
  return named.map((entry) => {
    const [[short, name] = ['', '']] = Object.entries(entry);
    if (short === 'scenario') return { file: `scenarios/cases/${name}.yaml` };
    const file = files[short];
    if (file === undefined) throw new Error(`${id}: files.yaml has no "${short}"`);
    return { file, name };
  });
}

/** What is wrong with the rows of a section: gaps in their ids, rows without a test, tests that are not there. */
export function problemsOf({ id: section, rows }: Contract['sections'][number]): string[] {
  return rows.flatMap((row, index) => {
    const expected = `${section}-${letters(index)}`;
    const claims = claimsOf(row);
    return [
      ...(row.id === expected ? [] : [`${row.id} should be ${expected}`]),
      ...(claims.length > 0 || row.notBuilt !== undefined ? [] : [`${row.id} has no test`]),
      ...claims.filter((claim) => !exists(claim)).map((claim) => `${row.id}: no test ${describe(claim)}`),
    ];
  });
}

/** a to z, then aa, ab and so on. */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

function describe({ file, name }: Claim): string {
  return name === undefined ? file : `"${name}" in ${file}`;
}

const quotes = ["'", '"', '`'];
/** Files that `test/run.ts` runs, and tables that one of them runs. */
const runnable =
  /^((unit|golden|conformance|integration)\/.+\.test\.ts|(conformance|integration)\/[a-z-]*cases[a-z-]*\.ts)$/;

/** Whether the test is there: its name in quotes in a file that declares tests, or a scenario that expects something. */
function exists({ file, name }: Claim): boolean {
  const path = join(tests, file);
  if (!existsSync(path)) return false;
  const source = readFileSync(path, 'utf8');
  if (name === undefined) return /^\s+(- )?expect:/m.test(source);
  return runnable.test(file) && quotes.some((quote) => source.includes(`${quote}${name}${quote}`));
}
