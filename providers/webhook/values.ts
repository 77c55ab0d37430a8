import { ProviderError } from '../kit/errors.ts';
import { flattenDecoded } from '../kit/json/flatten.ts';
import { formatPlain } from '../kit/json/go-float.ts';
import { JsonError } from '../kit/json/json-error.ts';
import { explained } from '../kit/json/json-secret.ts';
import { followPath } from '../kit/json/jsonpath.ts';
import { arrayNode } from '../kit/json/make.ts';
import { serialize } from '../kit/json/serialize.ts';
import { type JsonNode, parseJson } from '../kit/json/tokenizer.ts';
import type { SecretMap } from '../kit/provider.ts';

/** What an endpoint answered, and what of it is wanted. */
export interface Reply {
  readonly bytes: Uint8Array;
  /** Rendered; empty for the whole answer. */
  readonly jsonPath: string;
  /** The key of the manifest, for errors. */
  readonly what: string;
}

/** The value of `data` (spec providers 9.3): the bytes as they came, or what the path leads to as text. */
export function valueOfReply(reply: Reply): Uint8Array {
  if (reply.jsonPath === '') return reply.bytes;
  return Buffer.from(textOf(chosen(reply), reply));
}

/** The keys of `extract`: those of an object, or of an object that a text holds. Throws `NotAnObject`. */
export function mapOfReply(reply: Reply): SecretMap {
  const node = chosen(reply);
  return explained(() => {
    const document = node.kind === 'string' ? parseJson(node.text) : { bytes: reply.bytes, root: node };
    if (document.root.kind !== 'object') throw new JsonError('NotAnObject');
    return flattenDecoded(document);
  }, reply.what);
}

function chosen({ bytes, jsonPath, what }: Reply): JsonNode {
  const { root } = explained(() => parseJson(bytes), what);
  if (jsonPath === '') return root;
  try {
    const found = followPath(root, jsonPath);
    if (found !== undefined) return found.kind === 'one' ? found.node : arrayNode(found.nodes);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ProviderError('Rejected', { what: `${what} (result.jsonPath is no path, or costs too much)` });
  }
  throw new ProviderError('PropertyMissing', { what, property: jsonPath });
}

function textOf(node: JsonNode, reply: Reply): string {
  switch (node.kind) {
    case 'string':
      return node.text;
    case 'number':
      return wholeNumber(node.text);
    case 'boolean':
      return String(node.value);
    case 'null':
      return '';
    case 'array': {
      const [first] = node.items;
      if (first === undefined) {
        throw new ProviderError('PropertyMissing', { what: reply.what, property: reply.jsonPath });
      }
      return textOf(first, reply);
    }
    case 'object':
      return serialize(node, { names: 'sorted', html: 'escaped', numbers: 'float64' });
  }
}

/**
 * A number without its decimals, ties to even, as ESO gives it (decision 36: live Secrets depend on it). Whole numbers keep
 * all their digits, which ESO loses beyond 2^53.
 */
function wholeNumber(text: string): string {
  if (/^-?\d+$/.test(text)) return text;
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  const below = Math.floor(value);
  const rest = value - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return formatPlain(rounded === 0 && value < 0 ? -0 : rounded);
}
