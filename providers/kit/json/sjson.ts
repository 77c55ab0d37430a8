import { type ByteText, decodeUtf8, fromByteText, toByteText } from './byte-text.ts';
import { JsonError } from './json-error.ts';
import { quoteBytes } from './quote-bytes.ts';
import { appended, built } from './sjson-build.ts';
import { parseSteps, type Step } from './sjson-path.ts';
import { findFirst } from './sjson-search.ts';
import { type JsonNode, parseJson } from './tokenizer.ts';

/**
 * The document with the value as a JSON string at a path, in the dialect of sjson 1.2 (spec providers 13.3): everything
 * else keeps its bytes, what lies in the way and is no container becomes one, an empty document starts as one. Wildcards
 * change the first match. Unlike sjson, which then says nothing, throws {@link JsonError} `Syntax` for a document that is
 * not JSON and `NoPlace` for a path that leads nowhere; queries, `|` and modifiers are not built and lead nowhere, too.
 */
export function setProperty(document: Uint8Array, path: string, value: Uint8Array): Uint8Array {
  if (path === '') throw new JsonError('NoPlace');
  const text = toByteText(document);
  const string = quoteBytes(toByteText(value));
  const steps = parseSteps(toByteText(path));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: to sjson all of them are blanks
  const root = /^[\x00-\x20]*$/.test(text) ? undefined : parseJson(document).root;
  if (steps !== undefined) return fromByteText(set(text, root, steps, string));
  const found = root === undefined ? undefined : findFirst(root, toByteText(path));
  if (found === undefined) throw new JsonError('NoPlace');
  return fromByteText(replaced(text, found, string));
}

/** Follows the steps as far as the document goes, and builds the rest. */
function set(text: ByteText, root: JsonNode | undefined, steps: readonly Step[], string: ByteText): ByteText {
  if (root === undefined) return built(steps, string);
  let node = root;
  let [step, ...rest] = steps;
  while (step !== undefined) {
    const next = child(node, step);
    if (next === undefined) {
      const made = appended(text, node, [step, ...rest], string);
      return node === root ? made : replaced(text, node, made);
    }
    node = next;
    [step, ...rest] = rest;
  }
  return replaced(text, node, string);
}

/** The first member of that name, or the item at that index. */
function child(node: JsonNode, { name }: Step): JsonNode | undefined {
  if (node.kind === 'object') return node.members.find((entry) => entry.name === decodeUtf8(name))?.value;
  return node.kind === 'array' && /^[0-9]+$/.test(name) ? node.items[Number(name)] : undefined;
}

function replaced(text: ByteText, { start, end }: JsonNode, by: ByteText): ByteText {
  return text.slice(0, start) + by + text.slice(end);
}
