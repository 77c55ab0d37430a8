import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import { type ByteText, decodeUtf8, toByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Budget } from '../limits.ts';
import { formatFloat } from '../values/float-text.ts';
import { type Any, dict, list } from '../values/value.ts';
import { isReadable } from './emitter.ts';
import { resolvePlain } from './resolve.ts';

/** A text that is no YAML, or none that JSON could hold. */
class NotYaml extends Error {}

/**
 * The first document of a text as sigs.k8s.io/yaml decodes it into generic values: plain scalars by YAML 1.1, numbers as float64,
 * maps with texts for keys. Undefined where it is not valid. Throws {@link CallError} over the budget.
 */
export function readYaml(text: ByteText, budget: Budget): Any | undefined {
  budget.step(1 + (text.length >> 4));
  const source = decodeUtf8(text);
  if (toByteText(source) !== text || !isReadable(text)) return undefined;
  const [document] = parseAllDocuments(source, {
    schema: 'failsafe',
    version: '1.1',
    merge: false,
    uniqueKeys: false,
    strict: true,
    logLevel: 'silent',
    prettyErrors: false,
  }) as Document[];
  if (document === undefined) return /^[ \t]*[^ \t\r\n#]/m.test(source) ? undefined : null;
  if (document.errors.length > 0 || document.warnings.some(({ code }) => code === 'BAD_DIRECTIVE'))
    return undefined;
  try {
    const value = decode(document.contents as Node | null, document, budget);
    // JSON, by way of which Kubernetes decodes, has no numbers that are not finite.
    return allFinite(value) ? value : undefined;
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

function decode(node: Node | null, document: Document, budget: Budget): Any {
  budget.step();
  if (isAlias(node)) {
    const target = node.resolve(document);
    if (target === undefined) throw new NotYaml();
    return budget.nested(() => decode(target as Node, document, budget));
  }
  if (isScalar(node)) return scalar(node);
  if (isSeq(node))
    return budget.nested(() => list(node.items.map((item) => decode(item as Node, document, budget))));
  if (isMap(node)) return budget.nested(() => mapOf(node.items as Pair[], document, budget));
  if (node === null) return null;
  throw new NotYaml();
}

function scalar(node: Scalar): Any {
  const text = toByteText(String(node.source ?? node.value ?? ''));
  const tag = node.tag ?? '';
  if (tag === 'tag:yaml.org,2002:str' || tag === '!' || (node.type !== 'PLAIN' && node.type !== undefined)) {
    if (tag === '' || tag === '!' || tag.endsWith(':str')) return text;
  }
  const resolved = resolvePlain(text);
  switch (resolved.kind) {
    case 'null':
      return null;
    case 'boolean':
      return resolved.value;
    case 'integer':
      return Number(resolved.value);
    case 'float':
      return resolved.value;
    default:
      return text;
  }
}

/** The members; those of a merge key stand behind the map's own, the last of equal keys counts. */
function mapOf(pairs: readonly Pair[], document: Document, budget: Budget): Any {
  const entries = new Map<ByteText, Any>();
  const merged: [ByteText, Any][] = [];
  for (const { key, value } of pairs) {
    const node = key as Node | null;
    const plain = isScalar(node) && node.type === 'PLAIN' && String(node.source) === '<<';
    const member = decode(value as Node | null, document, budget);
    if (plain) merged.push(...mergedFrom(member));
    else entries.set(keyText(node, document, budget), member);
  }
  for (const [name, member] of merged) if (!entries.has(name)) entries.set(name, member);
  return dict(entries);
}

function mergedFrom(value: Any): [ByteText, Any][] {
  const sources = typeof value === 'object' && value?.kind === 'list' ? value.items.toReversed() : [value];
  return sources.toReversed().flatMap((source) => {
    if (typeof source !== 'object' || source?.kind !== 'map') throw new NotYaml();
    return [...source.entries];
  });
}

/** A key as text, as it is when JSON is made of it. */
function keyText(node: Node | null, document: Document, budget: Budget): ByteText {
  const resolved =
    isScalar(node) && node.type === 'PLAIN' ? resolvePlain(toByteText(String(node.source ?? ''))) : undefined;
  if (resolved?.kind === 'integer') return String(resolved.value);
  if (resolved?.kind === 'float') return floatKey(resolved.value);
  const value = decode(node, document, budget);
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') throw new NotYaml();
  return value;
}

/** As float32, which Kubernetes' library takes for keys. */
function floatKey(value: number): ByteText {
  if (Number.isNaN(value)) return '.nan';
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) return rounded > 0 ? '.inf' : '-.inf';
  for (let precision = 1; precision < 17; precision++) {
    const text = formatFloat(Number(rounded.toPrecision(precision)), 'g', -1);
    if (Math.fround(Number(text)) === rounded) return text;
  }
  return formatFloat(rounded, 'g', -1);
}
