import { type ByteText, fromByteText, toByteText } from './byte-text.ts';
import { createEngine, type Engine } from './gjson-engine.ts';
import { parseHead, parseMultipath, type Selector } from './gjson-head.ts';
import { modifiers, quote, valid } from './gjson-modifiers.ts';
import { absent, type Found, readWhole, textOf } from './gjson-scan.ts';
import { searchArray, searchObject, type Walk } from './gjson-search.ts';

/** A value that a path led to. */
export interface PathValue {
  readonly kind: 'null' | 'false' | 'true' | 'number' | 'string' | 'json';
  /** Its bytes as they stand in the document; `json` is an object or array. */
  readonly raw: Uint8Array;
  /** What it stands for: a string decoded, a fraction or exponent in plain decimal, null empty, all else as it stands. */
  readonly text: Uint8Array;
}

/**
 * The value at a path in the dialect of gjson 1.18 (spec providers 1.5), undefined when there is none. The document is
 * scanned, not validated. Throws {@link JsonError} `TooComplex` or `TooDeep` when the look-up would cost too much.
 */
export function lookUp(document: Uint8Array | string, path: string): PathValue | undefined {
  const found = createEngine(get).get(toByteText(document), toByteText(path));
  if (found.kind === 'absent') return undefined;
  return { kind: found.kind, raw: fromByteText(found.raw), text: fromByteText(textOf(found)) };
}

function get(engine: Engine, text: ByteText, path: ByteText): Found {
  let sought = path;
  if (path.length > 1) {
    const head = parseHead(path);
    if (head !== undefined) {
      const made = head.kind === 'literal' ? head.text : modifiers[head.name](text, head.argument, engine);
      engine.spend(made.length);
      return /^[.|]/.test(head.after) ? engine.get(made, head.after.slice(1)) : readWhole(made);
    }
    if (path[0] === '[' || path[0] === '{') {
      const multipath = parseMultipath(path);
      if (multipath !== undefined && /^(?:$|[.|])/.test(multipath.after)) {
        const made = select(engine, text, path[0], multipath.selectors);
        return multipath.after === ''
          ? { kind: 'json', raw: made, content: '' }
          : engine.get(made, multipath.after.slice(1));
      }
      sought = multipath?.after ?? '';
    }
  }
  const walk: Walk = { text, engine, found: absent, pipe: undefined };
  search(walk, sought);
  return walk.pipe === undefined ? walk.found : engine.get(walk.found.raw, walk.pipe);
}

function search(walk: Walk, path: ByteText): void {
  if (path.startsWith('..')) {
    // JSON lines: the whole text is an array without brackets.
    searchArray(walk, 0, path.slice(2));
    return;
  }
  const start = walk.text.search(/[{[]/);
  if (start < 0) return;
  if (walk.text[start] === '{') searchObject(walk, start + 1, path);
  else searchArray(walk, start + 1, path);
}

/** The array or object that a multipath makes of what its paths find. */
function select(engine: Engine, text: ByteText, kind: '[' | '{', selectors: readonly Selector[]): ByteText {
  const parts: ByteText[] = [];
  for (const selector of selectors) {
    const found = engine.get(text, selector.path);
    if (found.kind === 'absent') continue;
    engine.spend(found.raw.length);
    parts.push(kind === '{' ? `${nameOf(selector)}:${found.raw}` : found.raw);
  }
  return kind === '{' ? `{${parts.join(',')}}` : `[${parts.join(',')}]`;
}

/** The quoted name of a member: the one given, else the path's last component when it is a plain name, else `_`. */
function nameOf({ name, path }: Selector): ByteText {
  if (name !== '') return name.startsWith('"') && valid(name) ? name : quote(name);
  let start = path.length;
  while (start > 0 && !(/[.|]/.test(path.charAt(start - 1)) && path[start - 2] !== '\\')) start--;
  const last = path.slice(start);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: gjson's rule for a plain name
  return quote(/[\x00-\x1f[\]{}()#|!]/.test(last) ? '_' : last);
}
