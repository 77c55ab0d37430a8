import { type Document, isAlias, parseAllDocuments, visit } from 'yaml';
import { type ByteText, decodeUtf8, toByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Budget } from '../limits.ts';
import { isReadable } from './characters.ts';

/**
 * The first document of a text that go-yaml reads: undefined where the text is no YAML, null where it holds nothing. Scalars are
 * left as they are written. Throws {@link CallError} over the budget.
 */
export function firstDocument(text: ByteText, budget: Budget): Document | null | undefined {
  budget.step(1 + (text.length >> 4));
  const source = decodeUtf8(text);
  if (toByteText(source) !== text || !isReadable(text, 'plain') || strayEnd.test(source)) return undefined;
  const [document] = parseAllDocuments(upToEnd(source), {
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
  return /[&*]/.test(source) && hasOddAnchor(document) ? undefined : document;
}

/** The end of a document that never began, which go-yaml takes for an error. */
const strayEnd = /^\ufeff?(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n?|\n))*\.\.\.(?:[ \t\r\n]|$)/;

/** The text without what stands behind the end of a document, which go-yaml does not read, whatever it is. */
function upToEnd(source: string): string {
  const end = /\n\.\.\.(?=[ \t\r\n]|$)/.exec(source);
  return end === null ? source : source.slice(0, end.index + 1);
}

/** Whether an anchor or alias has a name that go-yaml does not take. */
function hasOddAnchor(document: Document): boolean {
  let found = false;
  visit(document, {
    Node(_, node) {
      const name = isAlias(node) ? node.source : node.anchor;
      if (name === undefined || /^[\w-]+$/.test(name)) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}
