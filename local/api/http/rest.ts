import { parse } from 'yaml';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { parseExact } from '../../../providers/kit/json/exact.ts';
import type { Deleted } from '../deletion.ts';
import { badRequest, invalid, methodNotAllowed, notCovered, required, StatusError } from '../errors.ts';
import { at, copy, isObject, member } from '../json.ts';
import { applyJsonPatch, applyMergePatch, applyStrategicPatch } from '../json-patch.ts';
import type { FieldValidation } from '../schema/codec.ts';
import type { Store, Target, WriteOptions } from '../store.ts';
import { type Address, parsePath } from './path.ts';
import { createToken } from './token.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Without parameters. */
  readonly contentType: string;
  readonly userAgent: string;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** The answer to a request for objects, watches aside. Throws a KubeApiError for every refusal. */
export function answer(store: Store, request: Request): Answer {
  const address = parsePath(request.path);
  if (isTokenRequest(address)) return createTokenAnswer(store, address, request);
  const target = store.target(address, address.namespace, address.subresource);
  if (target.kind.namespaced && address.namespace === undefined && request.method !== 'GET')
    throw methodNotAllowed();
  return address.name === undefined
    ? answerCollection(store, target, request)
    : answerObject(store, target, address.name, request);
}

function answerCollection(store: Store, target: Target, request: Request): Answer {
  switch (request.method) {
    case 'GET':
      return { status: 200, body: list(store, target, request.query) };
    case 'POST':
      return { status: 201, body: store.create(target, parseJson(request, target), writeOptions(request)) };
    case 'DELETE':
      throw notCovered('the deletion of collections');
    default:
      throw methodNotAllowed();
  }
}

function answerObject(store: Store, target: Target, name: string, request: Request): Answer {
  switch (request.method) {
    case 'GET':
      return { status: 200, body: store.get(target, name) };
    case 'PUT':
      return {
        status: 200,
        body: store.replace(target, name, parseJson(request, target), writeOptions(request)),
      };
    case 'PATCH':
      return patch(store, target, name, request);
    case 'DELETE':
      if (target.subresource !== undefined) throw methodNotAllowed();
      return remove(store, target, name, request);
    default:
      throw methodNotAllowed();
  }
}

function list(store: Store, target: Target, query: URLSearchParams): object {
  const labelSelector = query.get('labelSelector') ?? undefined;
  const fieldSelector = query.get('fieldSelector') ?? undefined;
  const { items, resourceVersion } = store.list(target, { labelSelector, fieldSelector });
  checkListVersion(query, resourceVersion);
  // Items of built-in kinds come without apiVersion and kind, as Go encodes them.
  const plain = ({ apiVersion, kind, ...rest }: KubeObject): object => rest;
  const { kind, apiVersion } = target;
  const builtin = kind.group === '';
  return {
    kind: `${kind.kind}List`,
    apiVersion,
    metadata: { resourceVersion, ...(kind.origin === 'custom' && { continue: '' }) },
    items: builtin ? items.map(plain) : items,
  };
}

/** The store has no past states: it lists the present, and refuses to be asked for another. */
function checkListVersion(query: URLSearchParams, current: string): void {
  const asked = query.get('resourceVersion') ?? '';
  if (asked === '' || asked === '0' || asked === current) return;
  if (Number(asked) > Number(current))
    throw new StatusError(
      504,
      'Timeout',
      `Timeout: Too large resource version: ${asked}, current: ${current}`,
      {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    );
  if (query.get('resourceVersionMatch') === 'Exact') throw notCovered('lists of past versions');
}

function writeOptions({ query, userAgent }: Request): WriteOptions {
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All')) throw badRequest(`invalid dryRun: ${dryRun}`);
  const directive = query.get('fieldValidation');
  const fieldValidation: FieldValidation = directive === 'Strict' ? 'strict' : 'lenient';
  return {
    manager: query.get('fieldManager') || userAgent.split('/')[0]!.slice(0, 128),
    effect: dryRun.length > 0 ? 'dryRun' : 'stored',
    fieldValidation,
  };
}

function parseJson({ body, contentType }: Request, { kind }: Target): unknown {
  if (contentType === 'application/yaml') return parseYaml(body);
  if (contentType !== 'application/json' && contentType !== '') throw unsupportedMediaType();
  try {
    return parseExact(body.toString());
  } catch {
    throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): json parse error`);
  }
}

// YAML 1.1, in which the API server reads an unquoted `yes` as true.
function parseYaml(body: Buffer): unknown {
  try {
    return copy(parse(body.toString(), { version: '1.1', intAsBigInt: true }));
  } catch {
    throw badRequest('error decoding YAML');
  }
}

function parsePatch(body: Buffer): unknown {
  try {
    return parseExact(body.toString());
  } catch {
    throw badRequest('error decoding patch: not JSON');
  }
}

const unsupportedMediaType = (): StatusError =>
  new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});

const patches = new Map([
  ['application/json-patch+json', applyJsonPatch],
  ['application/merge-patch+json', applyMergePatch],
  ['application/strategic-merge-patch+json', applyStrategicPatch],
]);

function patch(store: Store, target: Target, name: string, request: Request): Answer {
  const { contentType, query, body } = request;
  if (contentType === 'application/apply-patch+yaml') return apply(store, target, name, request);
  const change = patches.get(contentType);
  const strategic = contentType === 'application/strategic-merge-patch+json';
  if (change === undefined || (strategic && target.kind.origin === 'custom')) throw unsupportedMediaType();
  if (query.has('force'))
    throw invalid({ group: 'meta.k8s.io', resource: 'PatchOptions', name: '' }, [
      {
        reason: 'FieldValueForbidden',
        field: 'force',
        message: 'Forbidden: may not be specified for non-apply patch',
      },
    ]);
  const parsed = parsePatch(body);
  const changed = store.patch(target, name, (object) => change(object, parsed), writeOptions(request));
  return { status: 200, body: changed };
}

function apply(store: Store, target: Target, name: string, request: Request): Answer {
  const { query, body } = request;
  if (!query.get('fieldManager'))
    throw invalid({ group: 'meta.k8s.io', resource: 'PatchOptions', name: '' }, [
      required('fieldManager', 'is required for apply patch'),
    ]);
  const config = parseYaml(body);
  if (!isObject(config)) throw badRequest('error decoding YAML: not an object');
  const options = { ...writeOptions(request), force: query.get('force') === 'true' };
  const { object, outcome } = store.apply(target, name, config, options);
  return { status: outcome === 'created' ? 201 : 200, body: object };
}

function remove(store: Store, target: Target, name: string, { query, body }: Request): Answer {
  const given = body.length > 0 ? parsePatch(body) : {};
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const dryRun = query.has('dryRun') || member(given, 'dryRun') !== undefined;
  if (member(given, 'orphanDependents') !== undefined) throw notCovered('orphanDependents');
  const { outcome, object } = store.remove(target, name, {
    uid: text(at(given, 'preconditions', 'uid')),
    resourceVersion: text(at(given, 'preconditions', 'resourceVersion')),
    propagation: query.get('propagationPolicy') ?? text(member(given, 'propagationPolicy')),
    effect: dryRun ? 'dryRun' : 'stored',
  });
  return { status: 200, body: deletedBody(target, { outcome, object }) };
}

function deletedBody({ kind }: Target, { outcome, object }: Deleted): object {
  if (outcome === 'pending' || kind.features.has('returnsDeleted')) return object;
  const { name, uid } = object.metadata;
  const details = { name, ...(kind.group && { group: kind.group }), kind: kind.resource, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

function isTokenRequest({ group, resource, subresource }: Address): boolean {
  return group === '' && resource === 'serviceaccounts' && subresource === 'token';
}

function createTokenAnswer(store: Store, { namespace, name }: Address, request: Request): Answer {
  if (request.method !== 'POST' || namespace === undefined || name === undefined) throw methodNotAllowed();
  const body = parsePatch(request.body);
  return { status: 201, body: createToken(store, namespace, name, member(body, 'spec')) };
}
