import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import { type ByteText, toByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Budget } from '../limits.ts';
import { formatFloat } from '../values/float-text.ts';
import { type Any, dict, list } from '../values/value.ts';
import { firstDocument } from './document.ts';
import { type Resolved, resolvePlain } from './resolve.ts';

/** A text that is no YAML, or none that JSON could hold. */
class NotYaml extends Error {}

/** What becomes of integers: `int64` keeps those that float64 would round, as far as int64 goes. */
export type Integers = 'float64' | 'int64';

/** What reading a node takes. */
interface Reading {
  readonly document: Document;
  readonly budget: Budget;
  readonly integers: Integers;
}

/**
 * The first document of a text as sigs.k8s.io/yaml decodes it into generic values: plain scalars by YAML 1.1, numbers as float64,
 * maps with texts for keys. With `int64` as apimachinery does. Undefined where it is not valid. Throws {@link CallError} over the
 * budget.
 */
export function readYaml(text: ByteText, budget: Budget, integers: Integers = 'float64'): Any | undefined {
  const document = firstDocument(text, budget);
  if (document === undefined || document === null) return document;
  return yamlOrNothing(() => {
    const value = decode(document.contents as Node | null, { document, budget, integers });
    // JSON, by way of which Kubernetes decodes, has no numbers that are not finite.
    return allFinite(value) ? value : undefined;
  });
}

/**
 * The first document of a text as sigs.k8s.io/yaml decodes it into a map of strings: scalars as it prints them, null as an empty
 * text. Undefined where it is no map of scalars. Throws {@link CallError} over the budget.
 */
export function readYamlTexts(text: ByteText, budget: Budget): Map<ByteText, ByteText> | undefined {
  const document = firstDocument(text, budget);
  if (document === undefined) return undefined;
  const root = document?.contents as Node | null | undefined;
  if (document === null || root === null || root === undefined) return new Map();
  return yamlOrNothing(() => {
    const node = target(root, document);
    if (isScalar(node) && resolve(node).resolved.kind === 'null') return new Map();
    if (!isMap(node)) throw new NotYaml();
    return textsOf(node.items as Pair[], { document, budget, integers: 'float64' });
  });
}

function yamlOrNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotYaml) return undefined;
    throw error;
  }
}

function allFinite(value: Any): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (value.kind === 'list') return value.items.every(allFinite);
  return value.kind !== 'map' || [...value.entries.values()].every(allFinite);
}

function decode(node: Node | null, reading: Reading): Any {
  const { document, budget, integers } = reading;
  budget.step();
  if (isAlias(node)) {
    const target = node.resolve(document);
    if (target === undefined) throw new NotYaml();
    return budget.nested(() => decode(target as Node, reading));
  }
  if (isScalar(node)) return scalar(node, integers);
  if (isSeq(node)) return budget.nested(() => list(node.items.map((item) => decode(item as Node, reading))));
  if (isMap(node)) return budget.nested(() => mapOf(node.items as Pair[], reading));
  if (node === null) return null;
  throw new NotYaml();
}

function scalar(node: Scalar, integers: Integers): Any {
  const { text, resolved } = resolve(node);
  switch (resolved.kind) {
    case 'null':
      return null;
    case 'boolean':
      return resolved.value;
    case 'integer':
      return integers === 'int64' && isRounded(resolved.value) ? resolved.value : Number(resolved.value);
    case 'float':
      return resolved.value;
    default:
      return text;
  }
}

/** Whether float64 would not hold an integer that int64 does. */
function isRounded(value: bigint): boolean {
  return !Number.isSafeInteger(Number(value)) && BigInt.asIntN(64, value) === value;
}

function resolve(node: Scalar): { text: ByteText; resolved: Resolved } {
  const text = toByteText(String(node.source ?? node.value ?? ''));
  const tag = node.tag ?? '';
  if (tag === binaryTag) return { text: fromBase64(text), resolved: { kind: 'text' } };
  const quoted = node.type !== 'PLAIN' && node.type !== undefined;
  const isText = tag.endsWith(':str') || tag === '!' || (quoted && tag === '');
  return { text, resolved: isText ? { kind: 'text' } : resolvePlain(text) };
}

const binaryTag = 'tag:yaml.org,2002:binary';

function fromBase64(text: ByteText): ByteText {
  const packed = text.replace(/[\r\n]/g, '');
  const bytes = Buffer.from(packed, 'base64');
  if (packed.length % 4 !== 0 || bytes.toString('base64') !== packed) throw new NotYaml();
  return toByteText(bytes);
}

function textsOf(pairs: readonly Pair[], reading: Reading): Map<ByteText, ByteText> {
  const { document, budget } = reading;
  const texts = new Map<ByteText, ByteText>();
  const merged: [ByteText, ByteText][] = [];
  for (const { key, value } of pairs) {
    budget.step();
    const node = target(value as Node | null, document);
    if (isMergeKey(key as Node | null)) {
      const sources = isSeq(node) ? node.items.map((item) => target(item as Node, document)) : [node];
      for (const source of sources) {
        if (!isMap(source)) throw new NotYaml();
        merged.push(...budget.nested(() => textsOf(source.items as Pair[], reading)));
      }
    } else texts.set(keyText(key as Node | null, reading), scalarText(node));
  }
  for (const [name, text] of merged) if (!texts.has(name)) texts.set(name, text);
  return texts;
}

/** What an alias stands for; anything else stands for itself. */
function target(node: Node | null, document: Document): Node | null {
  if (!isAlias(node)) return node;
  const found = node.resolve(document);
  if (found === undefined) throw new NotYaml();
  return found as Node;
}

function scalarText(node: Node | null): ByteText {
  if (node === null) return '';
  if (!isScalar(node)) throw new NotYaml();
  const { text, resolved } = resolve(node);
  switch (resolved.kind) {
    case 'null':
      return '';
    case 'boolean':
    case 'integer':
      return String(resolved.value);
    case 'float':
      return float32Text(resolved.value);
    default:
      return text;
  }
}

/** The members; those of a merge key stand behind the map's own, the last of equal keys counts. */
function mapOf(pairs: readonly Pair[], reading: Reading): Any {
  const entries = new Map<ByteText, Any>();
  const merged: [ByteText, Any][] = [];
  for (const { key, value } of pairs) {
    const member = decode(value as Node | null, reading);
    if (isMergeKey(key as Node | null)) merged.push(...mergedFrom(member));
    else entries.set(keyText(key as Node | null, reading), member);
  }
  for (const [name, member] of merged) if (!entries.has(name)) entries.set(name, member);
  return dict(entries);
}

function isMergeKey(node: Node | null): boolean {
  return isScalar(node) && node.type === 'PLAIN' && String(node.source) === '<<';
}

function mergedFrom(value: Any): [ByteText, Any][] {
  const sources = typeof value === 'object' && value?.kind === 'list' ? value.items.toReversed() : [value];
  return sources.toReversed().flatMap((source) => {
    if (typeof source !== 'object' || source?.kind !== 'map') throw new NotYaml();
    return [...source.entries];
  });
}

/** A key as text, as it is when JSON is made of it. */
function keyText(node: Node | null, reading: Reading): ByteText {
  const resolved =
    isScalar(node) && node.type === 'PLAIN' ? resolvePlain(toByteText(String(node.source ?? ''))) : undefined;
  if (resolved?.kind === 'integer') return String(resolved.value);
  if (resolved?.kind === 'float') return floatKey(resolved.value);
  const value = decode(node, reading);
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') throw new NotYaml();
  return value;
}

function floatKey(value: number): ByteText {
  if (Number.isNaN(value)) return '.nan';
  if (Number.isFinite(Math.fround(value))) return float32Text(value);
  return value > 0 ? '.inf' : '-.inf';
}

/** As float32, which Kubernetes' library takes for texts of numbers. */
function float32Text(value: number): ByteText {
  const rounded = Math.fround(value);
  // JavaScript would drop the sign of -0.
  if (rounded === 0) return formatFloat(rounded, 'g', -1);
  for (let precision = 1; precision < 17 && Number.isFinite(rounded); precision++) {
    const text = formatFloat(Number(rounded.toPrecision(precision)), 'g', -1);
    if (Math.fround(Number(text)) === rounded) return text;
  }
  return formatFloat(rounded, 'g', -1);
}
