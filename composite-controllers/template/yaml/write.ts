import { type ByteText, decodeUtf8, toByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { formatFloat } from '../values/float-text.ts';
import { type Any, isObject } from '../values/value.ts';
import { isReadable } from './characters.ts';
import {
  analyze,
  type Emitter,
  type ScalarPlace,
  writeIndent,
  writeIndicator,
  writePlain,
  writeString,
} from './emitter.ts';
import { compareKeys } from './key-order.ts';

/** The value as YAML, as sigs.k8s.io/yaml writes it by way of JSON. Throws {@link CallError} `NoJson` where it cannot, or over the budget. */
export function writeYaml(value: Any, budget: Budget): ByteText {
  const e: Emitter = { text: '', column: 0, indent: -1, whitespace: true, indention: true };
  writeNode(e, value, 'root', budget);
  if (e.column > 0) e.text += '\n';
  const text = toByteText(e.text);
  budget.make(text.length);
  return text;
}

type Place = 'root' | 'item' | 'member';

function writeNode(e: Emitter, value: Any, place: Place, budget: Budget): void {
  budget.step();
  const members = membersOf(value, budget);
  const items = isObject(value) && value.kind === 'list' && !value.nil ? value.items : undefined;
  if (members !== undefined) {
    if (members.length === 0) writeIndicator(e, '{}', true, false, false);
    else
      budget.nested(() =>
        indented(e, e.indent < 0 ? 0 : e.indent + 2, () => writeMembers(e, members, budget)),
      );
  } else if (items !== undefined) {
    if (items.length === 0) writeIndicator(e, '[]', true, false, false);
    else {
      // A list stands as far left as the key that it belongs to.
      const indentless = place === 'member' && !e.indention;
      const indent = e.indent < 0 ? 0 : indentless ? e.indent : e.indent + 2;
      budget.nested(() => indented(e, indent, () => writeItems(e, items, budget)));
    }
  } else indented(e, e.indent < 0 ? 2 : e.indent + 2, () => writeScalar(e, value, 'value'));
}

function indented(e: Emitter, indent: number, write: () => void): void {
  const before = e.indent;
  e.indent = indent;
  write();
  e.indent = before;
}

function membersOf(value: Any, budget: Budget): [ByteText, Any][] | undefined {
  if (!isObject(value)) return undefined;
  if (value.kind === 'map' && !value.nil) {
    // Comparing two names takes about as long as writing a member.
    budget.step(value.entries.size * 3);
    const named = [...value.entries].map((entry) => ({ key: decodeUtf8(entry[0]), entry }));
    return named.sort((a, b) => compareKeys(a.key, b.key)).map(({ entry }) => entry);
  }
  if (value.kind !== 'instance' || value.json !== undefined) return undefined;
  return Object.entries(value.fields).sort(([a], [b]) => compareKeys(a, b));
}

function writeItems(e: Emitter, items: readonly Any[], budget: Budget): void {
  for (const item of items) {
    writeIndent(e);
    writeIndicator(e, '-', true, false, true);
    writeNode(e, item, 'item', budget);
  }
}

/** The longest key, in bytes, that stands on a line with its value. */
const maxSimpleKey = 128;

function writeMembers(e: Emitter, members: readonly [ByteText, Any][], budget: Budget): void {
  for (const [name, value] of members) {
    writeIndent(e);
    const simple = name.length <= maxSimpleKey && !analyze(decodeUtf8(name)).multiline;
    if (simple) {
      indented(e, e.indent + 2, () => writeScalar(e, name, 'key'));
      writeIndicator(e, ':', false, false, false);
    } else {
      writeIndicator(e, '?', true, false, true);
      indented(e, e.indent + 2, () => writeScalar(e, name, 'value'));
      writeIndent(e);
      writeIndicator(e, ':', true, false, true);
    }
    writeNode(e, value, 'member', budget);
  }
}

function writeScalar(e: Emitter, value: Any, place: ScalarPlace): void {
  if (typeof value === 'string') {
    if (!isReadable(value, 'quoted')) throw new CallError('NoJson');
    writeString(e, value, decodeUtf8(value), place);
    return;
  }
  if (isObject(value) && value.kind === 'instance') {
    if (value.json === null) throw new CallError('NoJson');
    const text = JSON.parse(decodeUtf8(value.json ?? '""')) as string;
    writeString(e, toByteText(text), text, place);
    return;
  }
  writePlain(e, plainText(value), place === 'value');
}

function plainText(value: Any): string {
  if (isObject(value)) return value.kind === 'integer' ? String(value.value) : 'null';
  if (value === null) return 'null';
  if (typeof value !== 'number') return String(value);
  if (!Number.isFinite(value)) throw new CallError('NoJson');
  // JSON writes whole numbers below 1e21 without a point, and YAML reads them as integers where they fit.
  const integer = Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value) : undefined;
  const fits = integer !== undefined && integer >= -(2n ** 63n) && integer < 2n ** 64n;
  return fits ? String(integer) : formatFloat(value, 'g', -1);
}
