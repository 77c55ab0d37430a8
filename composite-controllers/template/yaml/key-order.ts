import { isDigit, isLetter } from '../values/unicode.ts';

/** The order of keys in go-yaml: letters by their code, numbers within names by their value, other signs before letters. */
export function compareKeys(a: string, b: string): number {
  const [left, right] = [points(a), points(b)];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i] ?? 0, right[i] ?? 0];
    if (x === y) continue;
    const [letterX, letterY] = [isLetter(x), isLetter(y)];
    if (letterX && letterY) return x - y;
    if (letterX || letterY) return letterY ? -1 : 1;
    const behindDigits = (x === zero || y === zero) && endsNumber(left, i);
    const [numberX, numberY] = [numberAt(left, i, behindDigits), numberAt(right, i, behindDigits)];
    if (numberX.value !== numberY.value) return numberX.value < numberY.value ? -1 : 1;
    return numberX.end === numberY.end ? x - y : numberX.end - numberY.end;
  }
  return left.length - right.length;
}

const zero = 0x30;
const points = (text: string) => Array.from(text, (char) => char.codePointAt(0) ?? 0);

/** Whether the digits before a position hold one that is not zero. */
function endsNumber(text: readonly number[], position: number): boolean {
  for (let i = position - 1; i >= 0 && isDigit(text[i] ?? 0); i--) if (text[i] !== zero) return true;
  return false;
}

/** The number from a position on; behind other digits it has a one in front, so that its zeros count. */
function numberAt(
  text: readonly number[],
  position: number,
  behindDigits: boolean,
): { value: bigint; end: number } {
  let value = behindDigits ? 1n : 0n;
  let end = position;
  for (; end < text.length && isDigit(text[end] ?? 0); end++)
    value = BigInt.asIntN(64, value * 10n + BigInt((text[end] ?? 0) - zero));
  return { value, end };
}
