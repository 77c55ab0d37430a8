import { readFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';

/* The format of a scenario. README.md says it in words; unknown keys are errors. */

const closed = { additionalProperties: false } as const;
const oneVerb = { ...closed, minProperties: 1, maxProperties: 1 } as const;

const text = Type.String({ minLength: 1 });
/** `Kind/name`, in the scenario's own namespace unless the kind is cluster-scoped; in another one `Kind/namespace/name`. */
const ref = Type.String({ pattern: '^[A-Z][A-Za-z]+(/[a-z0-9.$\\{\\}-]+){1,2}$' });
const duration = Type.String({ pattern: '^[0-9]+(ms|s|m)$' });
/** A text that has to be equal, or `/regular expression/`. */
const pattern = text;

const metadata = Type.Object({ name: text, namespace: Type.Optional(text) });
const manifest = Type.Object({ apiVersion: text, kind: text, metadata });
const partial = Type.Object({
  kind: text,
  metadata,
  text: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]))),
});
/** Secrets of the backend, by key: JSON objects or plain values. */
const secrets = Type.Record(Type.String(), Type.Unknown());

const jsonPatch = Type.Array(
  Type.Object(
    {
      op: Type.Union((['add', 'remove', 'replace', 'test'] as const).map((op) => Type.Literal(op))),
      path: Type.String(),
      value: Type.Optional(Type.Unknown()),
    },
    closed,
  ),
);

const fault = Type.Union(
  (
    ['forbidden', 'html-404', 'throttled', 'server-error', 'garbage', 'half-body', 'hang', 'reset'] as const
  ).map((mode) => Type.Literal(mode)),
);

const action = Type.Object(
  {
    apply: Type.Optional(manifest),
    patch: Type.Optional(
      Type.Object(
        {
          object: ref,
          merge: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          json: Type.Optional(jsonPatch),
        },
        { ...closed, minProperties: 2, maxProperties: 2 },
      ),
    ),
    edit: Type.Optional(
      Type.Object(
        { object: ref, data: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])) },
        closed,
      ),
    ),
    delete: Type.Optional(ref),
    backend: Type.Optional(
      Type.Object(
        {
          write: Type.Optional(secrets),
          delete: Type.Optional(text),
          deny: Type.Optional(text),
          fail: Type.Optional(fault),
          heal: Type.Optional(Type.Literal(true)),
        },
        oneVerb,
      ),
    ),
    restart: Type.Optional(Type.Union([Type.Literal('hook'), Type.Literal('driver'), Type.Literal('both')])),
    admission: Type.Optional(
      Type.Object(
        { deny: Type.Optional(Type.Literal('secrets')), allow: Type.Optional(Type.Literal('secrets')) },
        oneVerb,
      ),
    ),
    wait: Type.Optional(duration),
  },
  oneVerb,
);

const condition = Type.Object(
  { status: Type.Optional(text), reason: Type.Optional(pattern), message: Type.Optional(pattern) },
  closed,
);

const count = Type.Object(
  { exactly: Type.Optional(Type.Integer()), atMost: Type.Optional(Type.Integer()) },
  oneVerb,
);

const expectation = Type.Object(
  {
    within: Type.Optional(duration),
    holds: Type.Optional(duration),
    objects: Type.Optional(Type.Array(partial)),
    absent: Type.Optional(Type.Array(ref)),
    conditions: Type.Optional(
      Type.Record(ref, Type.Record(text, Type.Union([condition, Type.Literal('absent')]))),
    ),
    events: Type.Optional(
      Type.Array(
        Type.Object({ object: ref, reason: Type.Optional(pattern), message: Type.Optional(pattern) }, closed),
      ),
    ),
    held: Type.Optional(secrets),
    backendWrites: Type.Optional(count),
    backendReads: Type.Optional(count),
    logins: Type.Optional(count),
    unchanged: Type.Optional(Type.Array(ref)),
    recreated: Type.Optional(Type.Array(ref)),
    never: Type.Optional(Type.Array(partial)),
    order: Type.Optional(Type.Array(Type.String({ pattern: '^(created|deleted) [A-Z][A-Za-z]+/.+$' }))),
  },
  closed,
);

const step = Type.Object(
  {
    why: Type.Optional(text),
    do: Type.Optional(Type.Array(action, { minItems: 1 })),
    expect: Type.Optional(expectation),
  },
  { ...closed, minProperties: 1 },
);

const scenario = Type.Object(
  {
    why: text,
    needs: Type.Optional(
      Type.Array(Type.Union([Type.Literal('vault'), Type.Literal('vault-write'), Type.Literal('vault-tls')])),
    ),
    real: Type.Optional(Type.Literal(true)),
    kv: Type.Optional(Type.Union([Type.Literal('v1'), Type.Literal('v2')])),
    seed: Type.Optional(secrets),
    /** Keys of Secrets that hold something random, which no two runs have in common. */
    random: Type.Optional(Type.Array(text)),
    /** Flags that `keyhook serve` is started with for this scenario, beside the usual ones. */
    flags: Type.Optional(Type.Record(text, text)),
    objects: Type.Array(manifest),
    steps: Type.Array(step, { minItems: 1 }),
  },
  closed,
);

export type Scenario = Static<typeof scenario>;
export type Step = Static<typeof step>;
export type Action = Static<typeof action>;
export type Expectation = Static<typeof expectation>;
export type Partial = Static<typeof partial>;
export type Count = Static<typeof count>;
export type BackendAction = NonNullable<Action['backend']>;
export type { Fault as BackendFault } from '../support/recording-proxy.ts';

/** The scenario of a YAML text. Throws with every place that does not fit the format. */
export function parseScenario(yaml: string): Scenario {
  const value: unknown = parse(yaml);
  const problems = [...Value.Errors(scenario, value)].map(
    ({ instancePath, message }) => `${instancePath || '/'}: ${message}`,
  );
  if (problems.length > 0) throw new Error(`not a scenario:\n  ${problems.join('\n  ')}`);
  const result = value as Scenario;
  for (const [index, { expect }] of result.steps.entries()) {
    if (expect !== undefined && provesNothing(expect))
      throw new Error(`step ${index + 1} expects only what does not happen: say how long it "holds"`);
  }
  return result;
}

/** The scenario of a file. Throws as {@link parseScenario} does, naming the file. */
export function readScenario(path: string): Scenario {
  try {
    return parseScenario(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Whether a scenario restarts what others use, and so has to run alone. */
export function runsAlone({ flags, steps }: Scenario): boolean {
  return flags !== undefined || steps.some((step) => step.do?.some((action) => action.restart !== undefined));
}

/** How long a scenario may take at most, in ms: who starts the longest first is done the earliest. */
export function longestMs({ steps }: Scenario): number {
  const times = steps.flatMap(({ do: actions = [], expect }) => [
    expect?.within,
    expect?.holds,
    ...actions.map(({ wait }) => wait),
  ]);
  return times.reduce((sum, time) => sum + (time === undefined ? 0 : milliseconds(time)), 0);
}

/** Milliseconds of a duration of the format. */
export function milliseconds(text: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  return Number(amount) * { ms: 1, s: 1_000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
}

/** What holds at once, before anything could have happened, has to be watched for a while. */
function provesNothing({
  objects,
  conditions,
  events,
  recreated,
  order,
  absent,
  held,
  ...rest
}: Expectation): boolean {
  const positive = [objects, conditions, events, recreated, order, absent, held].some(
    (part) => part !== undefined,
  );
  return !positive && rest.holds === undefined;
}
