import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import { parseFloat64, parseInteger } from '../values/go-number.ts';
import { quote, unquoteCharacter } from '../values/quote.ts';
import type { NumberNode } from './nodes.ts';

/** The number that a literal stands for. Throws {@link CallError} where it is none, or complex. */
export function numberNode(text: ByteText, kind: 'number' | 'character' | 'complex', at: number): NumberNode {
  const node = { kind: 'number', text, at } as const;
  if (kind === 'character') {
    const rune = unquoteCharacter(text);
    if (rune === 'invalid') throw new CallError('InvalidLiteral');
    if (rune === 'malformed') throw new CallError('MalformedCharacter', { text });
    return { ...node, int: BigInt(rune), uint: BigInt(rune), float: rune };
  }
  if (kind === 'complex' || text.endsWith('i')) throw new CallError('ComplexNumber', { text: quote(text) });
  const integer = parseInteger(text);
  if (integer !== undefined) {
    const int = integer === BigInt.asIntN(64, integer) ? integer : undefined;
    const uint = /^[+-]/.test(text) && integer !== 0n ? undefined : BigInt.asUintN(64, integer);
    const fits = uint === integer ? uint : integer === 0n ? 0n : undefined;
    if (int !== undefined || fits !== undefined) return { ...node, int, uint: fits, float: Number(integer) };
  }
  const float = parseFloat64(text);
  if (float === undefined) throw new CallError('IllegalNumber', { text: quote(text) });
  if (!/[.eEpP]/.test(text)) throw new CallError('IntegerOverflow', { text: quote(text) });
  return { ...node, int: whole(float, -(2n ** 63n), 2n ** 63n), uint: whole(float, 0n, 2n ** 64n), float };
}

/** The float as an integer when it is one from `low` up to and without `high`. */
function whole(float: number, low: bigint, high: bigint): bigint | undefined {
  if (!Number.isInteger(float)) return undefined;
  const integer = BigInt(float);
  return integer >= low && integer < high ? integer : undefined;
}
