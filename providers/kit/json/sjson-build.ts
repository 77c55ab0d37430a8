import type { ByteText } from './byte-text.ts';
import { JsonError } from './json-error.ts';
import { quoteBytes } from './quote-bytes.ts';
import { positionOf, type Step } from './sjson-path.ts';
import type { JsonNode } from './tokenizer.ts';

/** Nulls that one path may put in front of its value. */
const maxNulls = 10_000;

/** What stands for the steps where the document has nothing, or no container: an array if a number comes first. */
export function built(steps: readonly Step[], value: ByteText): ByteText {
  const [first] = steps;
  if (first === undefined) return value;
  const position = positionOf(first);
  // At the top `-1` is a name; below, it asks for an array.
  return typeof position === 'number'
    ? `[${nulls(position, 'null,')}${below(steps, value)}]`
    : `{${member(first, steps, value)}}`;
}

/**
 * The container with what the steps ask for behind its last entry; a scalar gives way. Throws {@link JsonError} `NoPlace`
 * for a name in an array.
 */
export function appended(
  text: ByteText,
  node: JsonNode,
  steps: readonly [Step, ...Step[]],
  value: ByteText,
): ByteText {
  const open = text.slice(node.start, node.end - 1);
  if (node.kind === 'object') {
    return `${open}${node.members.length === 0 ? '' : ','}${member(steps[0], steps, value)}}`;
  }
  if (node.kind !== 'array') return built(steps, value);
  const { length } = node.items;
  const position = positionOf(steps[0]);
  if (position === undefined) throw new JsonError('NoPlace', node.start);
  const item = below(steps, value);
  if (position === 'end') return `${open}${length === 0 ? '' : ','}${item}]`;
  // Here sjson writes the whole array anew, without its spaces.
  const items = node.items.map(({ start, end }) => text.slice(start, end)).join(',');
  return length === 0
    ? `[${nulls(position, 'null,')}${item}]`
    : `[${items}${nulls(position - length, ',null')},${item}]`;
}

function member({ name }: Step, steps: readonly Step[], value: ByteText): ByteText {
  return `${quoteBytes(name)}:${below(steps, value)}`;
}

/** What is built below the first of the steps. */
function below(steps: readonly Step[], value: ByteText): ByteText {
  const rest = steps.slice(1);
  const [next] = rest;
  return next !== undefined && positionOf(next) === 'end' ? `[${below(rest, value)}]` : built(rest, value);
}

function nulls(count: number, text: string): ByteText {
  if (count > maxNulls) throw new JsonError('TooComplex');
  return text.repeat(Math.max(count, 0));
}
