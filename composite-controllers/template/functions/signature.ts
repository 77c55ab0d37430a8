import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Context } from '../context.ts';
import type { Any, Dict, Instance, List, Value } from '../values/value.ts';

/** What a function receives for each type of parameter. `value` also takes no value at all. */
export interface ParameterValues {
  readonly any: Any;
  readonly value: Value;
  readonly string: ByteText;
  readonly bool: boolean;
  readonly int: bigint;
  readonly uint32: bigint;
  readonly float64: number;
  readonly map: Dict;
  readonly list: List;
  readonly time: Instance;
  readonly duration: bigint;
  readonly version: Instance;
  readonly certificate: Instance;
}

/** A type of parameter. */
export type Parameter = keyof ParameterValues;

/** A parameter; three dots mark the last one of a variadic function. */
export type Parameters = readonly (Parameter | `...${Parameter}`)[];

/** The arguments for such parameters. */
export type Arguments<P extends Parameters> = P extends readonly [
  infer First,
  ...infer Others extends Parameters,
]
  ? First extends `...${infer Name extends Parameter}`
    ? ParameterValues[Name][]
    : First extends Parameter
      ? [ParameterValues[First], ...Arguments<Others>]
      : never
  : [];

/** A function as templates see it; the engine brings the arguments to the types of the parameters as Go does. */
export interface TemplateFunction {
  readonly fixed: readonly Parameter[];
  readonly variadic: Parameter | undefined;
  /** May throw {@link CallError}. */
  readonly call: (args: readonly Value[], context: Context) => Value;
}

/** The functions of a family, or of all, by name. */
export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

/** A function with these parameters. */
export function fn<const P extends Parameters>(
  parameters: P,
  call: (args: Arguments<P>, context: Context) => Value,
): TemplateFunction {
  const last = parameters.at(-1);
  const variadic = last?.startsWith('...') === true ? (last.slice(3) as Parameter) : undefined;
  return {
    fixed: (variadic === undefined ? parameters : parameters.slice(0, -1)) as readonly Parameter[],
    variadic,
    call: call as TemplateFunction['call'],
  };
}
