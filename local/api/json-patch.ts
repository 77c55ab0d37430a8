import { badRequest, notCovered, StatusError } from './errors.ts';
import { equal, isObject, type JsonObject, member, put } from './json.ts';

/** A JSON patch that does not fit its object: the API server says no more than this. */
function refused(): StatusError {
  return new StatusError(
    422,
    'Invalid',
    'the server rejected our request due to an error in our request',
    {},
  );
}

interface Operation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

/** The object after an RFC 6902 patch, with the leniency of the API server's library: `replace` may add a member. */
export function applyJsonPatch(object: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: json: cannot unmarshal into a list');
  return patch.reduce((document: unknown, operation: unknown) => {
    if (!isObject(operation)) throw badRequest('error decoding patch: json: cannot unmarshal an operation');
    return applyOperation(document, operation);
  }, object) as JsonObject;
}

function applyOperation(document: unknown, { op, path, from, value }: Operation): unknown {
  const to = parsePointer(path);
  switch (op) {
    case 'add':
      return edit(document, to, { insert: value });
    case 'replace':
      return edit(document, to, { replace: value });
    case 'remove':
      return edit(document, to, 'remove');
    case 'copy':
      return edit(document, to, { insert: read(document, parsePointer(from)) });
    case 'move': {
      const source = parsePointer(from);
      return edit(edit(document, source, 'remove'), to, { insert: read(document, source) });
    }
    case 'test':
      if (!equal(read(document, to) ?? null, value ?? null)) throw refused();
      return document;
    default:
      throw refused();
  }
}

function parsePointer(pointer: unknown): string[] {
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) throw refused();
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce((node: unknown, name, index) => {
    if (Array.isArray(node)) return node[indexOf(name, node.length - 1)];
    if (!isObject(node)) throw refused();
    const next = member(node, name);
    if (next === undefined && index < path.length - 1) throw refused();
    return next;
  }, document);
}

type Change = 'remove' | { readonly insert: unknown } | { readonly replace: unknown };

function edit(node: unknown, [name, ...rest]: readonly string[], change: Change): unknown {
  if (name === undefined) throw refused();
  if (rest.length > 0) {
    const next = Array.isArray(node) ? node[indexOf(name, node.length - 1)] : member(node, name);
    if (next === undefined || next === null) throw refused();
    const edited = edit(next, rest, change);
    return Array.isArray(node)
      ? node.with(indexOf(name, node.length - 1), edited)
      : put(node as JsonObject, name, edited);
  }
  if (Array.isArray(node)) return editItem(node, name, change);
  if (!isObject(node)) throw refused();
  if (change === 'remove') {
    if (!Object.hasOwn(node, name)) throw refused();
    return put(node, name, undefined);
  }
  return put(node, name, ('insert' in change ? change.insert : change.replace) ?? null);
}

function editItem(list: readonly unknown[], name: string, change: Change): unknown[] {
  if (change === 'remove') return list.toSpliced(indexOf(name, list.length - 1), 1);
  if ('replace' in change) return list.with(indexOf(name, list.length - 1), change.replace);
  const index = name === '-' ? list.length : indexOf(name, list.length);
  return list.toSpliced(index, 0, change.insert);
}

function indexOf(name: string, last: number): number {
  if (name.startsWith('-')) throw notCovered('negative indices in a JSON patch');
  if (!/^(0|[1-9]\d*)$/.test(name) || Number(name) > last) throw refused();
  return Number(name);
}

/** The object after an RFC 7396 merge patch. */
export function applyMergePatch(object: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw badRequest('error decoding patch: json: cannot unmarshal into an object');
  return mergeObjects(object, patch);
}

function mergeObjects(object: JsonObject, patch: JsonObject): JsonObject {
  return Object.entries(patch).reduce((result, [name, value]) => {
    if (value === null) return put(result, name, undefined);
    if (!isObject(value)) return put(result, name, value);
    const before = member(result, name);
    return put(result, name, mergeObjects(isObject(before) ? before : {}, value));
  }, object);
}

/**
 * The object after a strategic merge patch that means the same as a merge patch, which is one without lists and
 * directives; the others throw 501.
 */
export function applyStrategicPatch(object: JsonObject, patch: unknown): JsonObject {
  const plain = (value: unknown): boolean =>
    !Array.isArray(value) &&
    (!isObject(value) ||
      Object.entries(value).every(([name, inner]) => !name.startsWith('$') && plain(inner)));
  if (isObject(patch) && !plain(patch)) throw notCovered('strategic merge patches with lists or directives');
  return applyMergePatch(object, patch);
}
