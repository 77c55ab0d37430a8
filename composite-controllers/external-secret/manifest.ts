import type { SecretMap } from '../../providers/kit/provider.ts';
import { ValueError } from '../lib/errors.ts';
import { contentHash } from '../lib/hash.ts';
import { annotationProblem, labelProblem } from '../lib/metadata.ts';
import { dataHashAnnotation, managedLabel } from '../lib/names.ts';
import { copyAt, parsePath, putAt, type Step } from '../lib/object-path.ts';
import type { KubeObject, OwnerReference } from '../lib/objects.ts';
import type { ObjectKind } from '../lib/ports.ts';
import { inherited } from '../secret-template/content.ts';
import { type Piece, sectionOf } from '../secret-template/pieces.ts';
import { decoded, failed } from '../secret-template/result.ts';
import { CallError } from '../template/errors.ts';
import { createBudget, inlineLimits } from '../template/limits.ts';
import { isTree, type Job, type Rendered, valueTree } from '../template/work.ts';
import type { SyncFailure } from './errors.ts';
import { mergesInto } from './policy.ts';
import type { World } from './world.ts';

/** A target of another kind as we state it, or why there is none. */
export type Manifest =
  | { readonly kind: 'manifest'; readonly object: KubeObject }
  | { readonly kind: 'failed'; readonly failure: SyncFailure };

/**
 * The pieces of a manifest: a text at a path becomes the value that it is in YAML, once it is decoded, and a map whatever document
 * it is.
 */
export function manifestPieces(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.map((piece) => {
    if (!isAtPath(piece)) return piece;
    if (piece.job.as === 'text' && isDecoded(piece)) return piece;
    const as: Job['as'] = piece.job.as === 'text' ? 'value' : 'document';
    return { ...piece, job: { ...piece.job, as } };
  });
}

function isAtPath(piece: Piece): boolean {
  return sectionOf(piece.target) === undefined && !isField(piece);
}

function isDecoded({ decoding = 'None' }: Piece): boolean {
  return decoding !== 'None' && decoding !== '';
}

/** `spec`, for texts only: a field of texts by key, as data is. */
function isField({ target, job }: Piece): boolean {
  return target.toLowerCase() === 'spec' && job.as === 'text';
}

interface Draft {
  /** The object with all that is in it. */
  readonly whole: Record<string, unknown>;
  /** What is ours of it. */
  readonly paths: (readonly Step[])[];
}

/**
 * The target of a manifest (spec core 1.11, 5.4): what the templates, or without any the values, put at their places. Only
 * that is stated, so that server-side apply leaves everything else to others; a list is stated whole. ESO copies labels and
 * annotations of a template as they are; here they are templates, as in Secrets.
 */
export function manifestObject(
  world: World,
  live: KubeObject | undefined,
  values: SecretMap,
  pieces: readonly Piece[],
  results: readonly Rendered[],
): Manifest {
  const kind = kindOf(world);
  const { labels = {}, annotations = {} } = live?.metadata ?? {};
  const whole: Record<string, unknown> =
    live !== undefined && mergesInto(world) ? structuredClone(live) : { metadata: {} };
  whole.metadata = { labels: { ...labels }, annotations: { ...annotations } };
  const draft: Draft = { whole, paths: [] };
  const hasTemplate = world.spec.target?.template !== undefined;
  if (!hasTemplate) putPlain(world, draft, values);
  for (const [index, piece] of pieces.entries()) {
    const failure = putPiece(draft, piece, results[index]);
    if (failure !== undefined) return failure;
  }

  const stated: Record<string, unknown> = {};
  for (const path of draft.paths) copyAt(draft.whole, path, stated);
  const own = (stated.metadata ?? {}) as {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  const content = draft.whole.spec ?? draft.whole.data ?? { ...draft.whole, metadata: undefined };
  return {
    kind: 'manifest',
    object: {
      ...stated,
      ...kind,
      metadata: {
        name: world.targetName,
        namespace: world.namespace,
        labels: { ...inherited(own.labels), [managedLabel]: 'true' },
        annotations: {
          ...inherited(own.annotations),
          [dataHashAnnotation]: contentHash(content),
        },
        ...(world.creationPolicy === 'Owner' ? { ownerReferences: [ownerOf(world)] } : {}),
      },
    },
  };
}

/** The kind that a specification names. */
export function kindOf({ spec }: World): ObjectKind {
  const { apiVersion = '', kind = '' } = spec.target?.manifest ?? {};
  return { apiVersion, kind };
}

function putPlain(world: World, draft: Draft, values: SecretMap): void {
  const field = kindOf(world).kind === 'ConfigMap' ? ['data'] : ['spec', 'data'];
  for (const [key, value] of values) place(draft, [...field, key], () => Buffer.from(value).toString());
  const { labels, annotations } = world.object.metadata;
  for (const [key, value] of Object.entries(labels ?? {}))
    place(draft, ['metadata', 'labels', key], () => value);
  for (const [key, value] of Object.entries(annotations ?? {}))
    place(draft, ['metadata', 'annotations', key], () => value);
}

function putPiece(
  draft: Draft,
  piece: Piece,
  result: Rendered | undefined,
): Extract<Manifest, { kind: 'failed' }> | undefined {
  if (result === undefined) throw new Error('a template has no result');
  try {
    if (isTree(result)) putTree(draft, piece, result.tree);
    else {
      const entries: SecretMap = result instanceof Map ? result : new Map([[piece.job.name, result]]);
      for (const [key, rendered] of entries) {
        const value = decoded(piece, key, rendered);
        if ('code' in value) return { kind: 'failed', failure: value };
        if (isAtPath(piece)) {
          putTree(draft, piece, valueTree(value.bytes, createBudget(inlineLimits)).tree);
          continue;
        }
        const text = Buffer.from(value.bytes).toString();
        const problem = misfit(piece, key, text);
        if (problem !== undefined) return failed(piece, problem);
        place(draft, [...fieldOf(piece), key], () => text);
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof CallError) return failed(piece, error.message);
    if (!(error instanceof ValueError)) throw error;
    const detail = `template "${piece.where}": ${error.message}`;
    return { kind: 'failed', failure: { code: 'GenericResult', detail, cause: error.code } };
  }
}

/** A map joins the map that is there already; a path of one name, and everything else, is replaced. */
function putTree(draft: Draft, { target, job }: Piece, tree: unknown): void {
  const path = parsePath(target);
  const joins = job.as === 'document' && path.length > 1;
  place(draft, path, (before) => (joins && isMap(before) && isMap(tree) ? { ...before, ...tree } : tree));
}

function place(draft: Draft, path: readonly Step[], leaf: (value: unknown) => unknown): void {
  putAt(draft.whole, path, leaf);
  draft.paths.push(path);
}

function fieldOf(piece: Piece): string[] {
  const section = sectionOf(piece.target);
  if (section === undefined) return ['spec'];
  return section === 'data' ? ['data'] : ['metadata', section];
}

function misfit(piece: Piece, key: string, value: string): string | undefined {
  const section = sectionOf(piece.target);
  const problem =
    section === 'labels'
      ? labelProblem(key, value)
      : section === 'annotations'
        ? annotationProblem(key)
        : undefined;
  return problem === undefined ? undefined : `a key ${problem}`;
}

function ownerOf({ name, uid }: World): OwnerReference {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
