import type {
  FunctionTable,
  Parameter,
} from '../../../../composite-controllers/template/functions/signature.ts';
import { type Any, dict } from '../../../../composite-controllers/template/values/value.ts';
import { type Family, templateCase } from '../case.ts';
import type { Random } from '../random.ts';
import * as pools from './pools.ts';

/** Makes an argument for a parameter; undefined leaves it to the general way. */
export type Argument = (random: Random, parameter: Parameter, index: number, name: string) => Any | undefined;

/** Calls of the functions of a table with arguments of their types, and now and then of others. */
export function callsOf(
  table: FunctionTable,
  argument: Argument = () => undefined,
  without: readonly string[] = [],
): Family {
  const callees = Object.entries(table).filter(([name]) => !without.includes(name));
  return (random) => {
    const [name, { fixed, variadic }] = random.pick(callees);
    const extra = variadic === undefined ? [] : random.some(3, () => variadic);
    const parameters = random.once(40) ? fixed.slice(1) : [...fixed, ...extra];
    const values = parameters.map(
      (parameter, index) => argument(random, parameter, index, name) ?? general(random, parameter),
    );
    const entries = values.map((value, index) => [`p${index}`, value] as const);
    const words = values.map((value, index) => word(random, value, index));
    const piped =
      words.length > 0 && random.once(3)
        ? `${words.pop()} | ${[name, ...words].join(' ')}`
        : [name, ...words].join(' ');
    const template = `{{ $r := ${piped} }}{{ printf "%T %v %q" $r $r $r }} {{ $r }} {{ toJson $r }}`;
    const missingKey = random.pick(['default', 'zero', 'error'] as const);
    return templateCase({ template, data: dict(entries), missingKey });
  };
}

function word(random: Random, value: Any, index: number): string {
  if (random.once(2)) {
    if (typeof value === 'string') return pools.literal(random, value);
    if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  }
  return random.once(10) ? `(index . "p${index}")` : `.p${index}`;
}

function general(random: Random, parameter: Parameter): Any {
  if (random.once(60)) return pools.any(random);
  switch (parameter) {
    case 'string':
      return pools.text(random);
    case 'bool':
      return random.once(2);
    case 'int':
    case 'uint32':
      return random.once(12) ? pools.int(random) : BigInt(random.below(14) - 3);
    case 'float64':
      return pools.float(random);
    case 'map':
      return pools.map(random, 2);
    default:
      return pools.any(random, 2);
  }
}
