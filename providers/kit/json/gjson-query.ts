import type { ByteText } from './byte-text.ts';
import { matchesPattern } from './gjson-match.ts';
import type { Query } from './gjson-path.ts';
import { type Found, numberOf, wordTruth } from './gjson-scan.ts';
import { parseFloat64 } from './go-float.ts';

/** Whether a value satisfies `op value` of a query. */
export function queryHolds(query: Query, value: Found, spend: (steps: number) => void): boolean {
  if (query.value.startsWith('~')) {
    const asked = truth(query.value.slice(1), value);
    return asked !== undefined && (query.op === '' || compareTruth(query.op, asked, 'true'));
  }
  if (value.kind === 'absent') return false;
  if (query.op === '') return true;
  switch (value.kind) {
    case 'string':
      if (query.op === '%') return matchesPattern(value.content, query.value, spend);
      if (query.op === '!%') return !matchesPattern(value.content, query.value, spend);
      return compare(query.op, value.content, query.value);
    case 'number':
      return compare(query.op, numberOf(value), parseFloat64(query.value));
    case 'true':
    case 'false':
      return compareTruth(query.op, value.kind === 'true', query.value);
    default:
      return false;
  }
}

function compare<T extends string | number>(op: ByteText, a: T, b: T): boolean {
  switch (op) {
    case '=':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return false;
  }
}

/** false < true; against a word that is neither, only `>=` of true and `<=` of false hold, and `!=`. */
function compareTruth(op: ByteText, value: boolean, word: ByteText): boolean {
  switch (op) {
    case '=':
      return word === String(value);
    case '!=':
      return word !== String(value);
    case '>':
      return value && word === 'false';
    case '>=':
      return value;
    case '<':
      return !value && word === 'true';
    case '<=':
      return !value;
    default:
      return false;
  }
}

/** What `~word` makes of a value, undefined for an unknown word. */
function truth(word: ByteText, value: Found): boolean | undefined {
  switch (word) {
    case '*':
      return value.kind !== 'absent';
    case 'null':
      return value.kind === 'null' || value.kind === 'absent';
    case 'true':
      return isTrue(value);
    case 'false':
      return isFalse(value);
    default:
      return undefined;
  }
}

/** Whether gjson takes a value for true: `true`, a word that says so, a number other than 0. */
export function isTrue(value: Found): boolean {
  if (value.kind === 'string') return wordTruth(value.content) === true;
  return value.kind === 'number' ? numberOf(value) !== 0 : value.kind === 'true';
}

function isFalse(value: Found): boolean {
  if (value.kind === 'string') return wordTruth(value.content) === false;
  if (value.kind === 'number') return numberOf(value) === 0;
  return value.kind === 'false' || value.kind === 'null' || value.kind === 'absent';
}
