import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { badRequest, internal, invalid, invalidValue, type StatusError } from '../errors.ts';
import { equal, isObject, type JsonObject, member } from '../json.ts';
import { apiVersionOf, type Kind } from '../kinds/kind.ts';
import { objectMeta } from '../kinds/object-meta.ts';
import { schemaAt } from '../kinds/registry.ts';
import { type Decoded, DecodeError, decodeBuiltin } from './decode.ts';
import type { Schema } from './schema.ts';
import { type Nulls, prune, withDefaults } from './structural.ts';

/** What is being decoded: it decides how a failure is answered. */
export type Source = 'body' | 'patch' | 'apply';

/** How unknown fields are met: dropped, or refused (`fieldValidation=Strict`). */
export type FieldValidation = 'lenient' | 'strict';

/**
 * The object as the API server understands it in this version of the kind: decoded, pruned, completed, defaulted.
 * Throws 400 (422 out of a patch, 500 out of an apply) for what does not decode.
 */
export function decodeObject(
  kind: Kind,
  apiVersion: string,
  raw: JsonObject,
  source: Source,
  validation: FieldValidation = 'lenient',
): KubeObject {
  checkType(kind, apiVersion, raw);
  const schema = schemaAt(kind, apiVersion)!;
  const typed = { ...raw, apiVersion, kind: kind.kind };
  try {
    const { value, unknown } =
      kind.origin === 'builtin'
        ? decodeBuiltin(schema, typed)
        : decodeCustom(schema, typed, source === 'apply' ? 'defaulted' : 'dropped');
    if (validation === 'strict' && unknown.length > 0) {
      const list = unknown.toSorted().map((path) => `unknown field "${path}"`);
      throw new DecodeError(`strict decoding error: ${list.join(', ')}`);
    }
    const object = value as JsonObject;
    return kind.complete({ ...object, metadata: object.metadata ?? {} }) as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw refusal(error.message, kind, apiVersion, raw, source);
    throw error;
  }
}

function refusal(
  message: string,
  kind: Kind,
  apiVersion: string,
  raw: JsonObject,
  source: Source,
): StatusError {
  const version = apiVersion.split('/').at(-1);
  switch (source) {
    case 'body':
      return badRequest(
        `${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}: ${message}`,
      );
    case 'patch':
      // The real answer quotes the whole patched object, values and all; so does this one, for tests of leaks.
      return invalid({ group: '', resource: '', name: '' }, [
        invalidValue('patch', JSON.stringify(raw), message),
      ]);
    case 'apply':
      return internal(`failed to convert new object to proper version: error decoding from json: ${message}`);
  }
}

function checkType(kind: Kind, apiVersion: string, raw: JsonObject): void {
  const [givenVersion, givenKind] = [member(raw, 'apiVersion'), member(raw, 'kind')];
  const builtin = kind.origin === 'builtin';
  if (builtin && givenVersion === undefined && givenKind === undefined) return;
  if (givenKind === undefined || givenVersion === undefined)
    throw badRequest("Object 'Kind' is missing: apiVersion and kind are needed");
  if (givenVersion !== apiVersion && builtin === false)
    throw badRequest(
      `the API version in the data (${givenVersion}) does not match the expected API version (${apiVersion})`,
    );
  if (givenKind === kind.kind && givenVersion === apiVersion) return;
  if (builtin)
    throw badRequest(`${givenKind} in version "${givenVersion}" cannot be handled as a ${kind.kind}`);
  const name = String(member(raw.metadata, 'name') ?? '');
  throw invalid({ group: kind.group, resource: String(givenKind), name }, [
    invalidValue('kind', givenKind, `must be ${kind.kind}`),
  ]);
}

function decodeCustom(schema: Schema, raw: JsonObject, nulls: Nulls): Decoded {
  const metadata = decodeBuiltin(objectMeta, member(raw, 'metadata') ?? {});
  const pruned = prune(schema, { ...raw, metadata: metadata.value });
  return {
    value: withDefaults(schema, pruned.value, nulls),
    unknown: [...pruned.unknown, ...metadata.unknown.map((path) => `metadata.${path}`)],
  };
}

/** A stored object as one of its kind's versions shows it (conversion None: the same object, pruned by that version's schema). */
export function inVersion(kind: Kind, apiVersion: string, stored: KubeObject): KubeObject {
  if (stored.apiVersion === apiVersion) return stored;
  const shown = { ...stored, apiVersion };
  const [from, to] = [schemaAt(kind, stored.apiVersion), schemaAt(kind, apiVersion)];
  if (to === undefined || equal(from, to)) return shown;
  return withDefaults(to, prune(to, shown).value) as KubeObject;
}

/** The object as it is stored: in the kind's storage version, without the nulls that validation let through. */
export function inStorage(kind: Kind, object: JsonObject): KubeObject {
  const apiVersion = apiVersionOf(kind.group, kind.storage);
  const stored = { ...object, apiVersion };
  if (kind.origin === 'builtin') return stored as unknown as KubeObject;
  return withDefaults(schemaAt(kind, apiVersion)!, stored) as KubeObject;
}

/** The raw body or patch result as an object; throws 400 for anything else. */
export function asObject(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw badRequest(`the object provided is unrecognized (must be of type ${what})`);
  return value;
}
