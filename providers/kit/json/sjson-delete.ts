import { decodeUtf8, fromByteText, toByteText } from './byte-text.ts';
import { parseSteps } from './sjson-path.ts';
import { type JsonNode, parseJson } from './tokenizer.ts';

/**
 * The document without what a path of names and positions leads to, all else to the byte; undefined when nothing is there,
 * which is also where a path with wildcards leads. Throws {@link JsonError} `Syntax` for a document that is not JSON.
 */
export function deleteProperty(document: Uint8Array, path: string): Uint8Array | undefined {
  const text = toByteText(document);
  let node = parseJson(document).root;
  const names = parseSteps(toByteText(path))?.map(({ name }) => decodeUtf8(name)) ?? [];
  for (const name of names.slice(0, -1)) {
    const next = valuesOf(node)[indexOf(node, name)];
    if (next === undefined) return undefined;
    node = next;
  }
  const values = valuesOf(node);
  const at = indexOf(node, names.at(-1) ?? '');
  const found = values[at];
  if (found === undefined) return undefined;
  const before = values[at - 1];
  // With the comma in front of it, or of the first the one behind it.
  const isFirstOfMany = before === undefined && values.length > 1;
  const from = before?.end ?? node.start + 1;
  const to = isFirstOfMany ? text.indexOf(',', found.end) + 1 : found.end;
  return fromByteText(text.slice(0, from) + text.slice(to));
}

function valuesOf(node: JsonNode): readonly JsonNode[] {
  if (node.kind === 'object') return node.members.map(({ value }) => value);
  return node.kind === 'array' ? node.items : [];
}

function indexOf(node: JsonNode, name: string): number {
  if (node.kind === 'object') return node.members.findIndex((member) => member.name === name);
  return /^\d+$/.test(name) ? Number(name) : -1;
}
