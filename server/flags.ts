import { parseDuration } from '../composite-controllers/lib/duration.ts';

/** One setting of a verb: `--name` on the command line, `KEYHOOK_NAME` in the environment; the command line wins. */
export interface Flag<T = unknown> {
  /** Placeholder of the value in the help. Absent: a switch. */
  readonly value?: string;
  readonly help: string;
  /** As a user would write it. Absent: unset. */
  readonly initial?: string;
  /** What a text means, or undefined when it means nothing here. */
  readonly parse: (text: string) => T | undefined;
  /** Completes "has to be ...". */
  readonly expected: string;
}

/** A table of flags by name. */
export type Flags = Readonly<Record<string, Flag>>;

/** The values of a table, undefined where nothing was said and there is no initial one. */
export type Values<F extends Flags> = {
  readonly [Name in keyof F]:
    | (F[Name] extends Flag<infer T> ? T : never)
    | (F[Name] extends { readonly initial: string } ? never : undefined);
};

/** What is wrong with the command line or the environment; names settings and never quotes their values. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

const prefix = 'KEYHOOK_';

/** The environment's name of a flag. */
export function environmentName(flag: string): string {
  return `${prefix}${flag.replaceAll('-', '_').toUpperCase()}`;
}

/**
 * What the command line and the environment say, and every problem with it. A variable with our prefix that no flag has
 * is a problem: it is a misspelt one, and a setting that is silently not applied may be the one that protects.
 */
export function readFlags<F extends Flags>(
  flags: F,
  given: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly values: Values<F>; readonly problems: readonly string[] } {
  const own = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[0].startsWith(prefix) && entry[1] !== undefined && !isServiceLink(entry[0], entry[1]),
  );
  const variables = new Map(own);
  const problems: string[] = [];
  const values = Object.entries(flags).map(([name, flag]) => {
    const said = given[name] ?? variables.get(environmentName(name)) ?? flag.initial;
    const value = said === undefined ? undefined : flag.parse(said);
    if (said !== undefined && value === undefined) problems.push(`--${name} has to be ${flag.expected}`);
    return [name, value];
  });
  const known = new Set(Object.keys(flags).map(environmentName));
  for (const name of variables.keys())
    if (!known.has(name)) problems.push(`${name} is set, but there is no such setting`);
  return { values: Object.fromEntries(values) as Values<F>, problems };
}

/** Kubernetes describes a Service called `keyhook`, or `keyhook-metrics`, to every pod beside it in such variables. */
function isServiceLink(name: string, value: string): boolean {
  return (
    /^(tcp|udp|sctp):\/\//.test(value) ||
    /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_\d+_[A-Z]+(_[A-Z]+)?$/.test(name)
  );
}

/** A text that isn't empty. */
export const text = {
  parse: (said: string) => (said === '' ? undefined : said),
  expected: 'a text',
};

/** Texts separated by commas. */
export const texts = {
  parse: (said: string) => (said.split(',').includes('') ? undefined : said.split(',')),
  expected: 'a list separated by commas',
};

export const port = {
  parse: (said: string) => (/^\d{1,5}$/.test(said) && Number(said) <= 65_535 ? Number(said) : undefined),
  expected: 'a port from 0 to 65535',
};

export const truth = {
  parse: (said: string) => (said === 'true' || said === 'false' ? said : undefined),
  expected: 'true or false',
};

/** A Go duration within bounds, in milliseconds. */
export function duration(leastMs: number, mostMs: number, expected: string) {
  const parse = (said: string) => {
    try {
      const ms = parseDuration(said);
      return ms >= leastMs && ms <= mostMs ? ms : undefined;
    } catch {
      return undefined;
    }
  };
  return { parse, expected };
}

export function oneOf<const T extends string>(...options: readonly T[]) {
  return {
    parse: (said: string): T | undefined => options.find((option) => option === said),
    expected: `one of ${options.join(', ')}`,
  };
}
