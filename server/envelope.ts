import { Ajv, type ValidateFunction } from 'ajv';
import type { CustomizeRequest, DecoratorRequest, HookRequest } from '../composite-controllers/controller.ts';
import { HookError } from './errors.ts';

/*
 * What every call must look like, whatever its parent's spec says (spec metacontroller 3.2, 3.4). Specs are validated
 * by the API server and, once per generation, by their controllers. Nothing is coerced, defaulted or removed.
 */

const text = { type: 'string', minLength: 1 } as const;

const object = {
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata'],
  properties: {
    apiVersion: text,
    kind: text,
    metadata: { type: 'object', required: ['name'], properties: { name: text, namespace: text } },
  },
} as const;

const parent = {
  ...object,
  properties: {
    ...object.properties,
    metadata: {
      type: 'object',
      required: ['name', 'uid'],
      properties: { name: text, namespace: text, uid: text },
    },
  },
} as const;

const groups = {
  type: 'object',
  additionalProperties: { type: 'object', additionalProperties: object },
} as const;

const syncSchema = {
  type: 'object',
  required: ['controller', 'parent', 'children', 'related', 'finalizing'],
  properties: {
    controller: object,
    parent,
    children: groups,
    related: groups,
    finalizing: { type: 'boolean' },
  },
  additionalProperties: false,
} as const;

const decoratorSchema = {
  type: 'object',
  required: ['controller', 'object', 'attachments', 'related', 'finalizing'],
  properties: {
    controller: object,
    object: parent,
    attachments: groups,
    related: groups,
    finalizing: { type: 'boolean' },
  },
  additionalProperties: false,
} as const;

const customizeSchema = {
  type: 'object',
  required: ['controller', 'parent'],
  properties: { controller: object, parent },
  additionalProperties: false,
} as const;

const ajv = new Ajv({ strict: true });
const isSync = ajv.compile<HookRequest>(syncSchema);
const isDecorator = ajv.compile<DecoratorRequest>(decoratorSchema);
const isCustomize = ajv.compile<CustomizeRequest>(customizeSchema);

/** The body of a sync or finalize call about a parent of this kind. Throws `NotAHookCall`. */
export function readSync(body: unknown, parentKind: string): HookRequest {
  return read(isSync, body, parentKind);
}

/** The body of a customize call about a parent of this kind. Throws `NotAHookCall`. */
export function readCustomize(body: unknown, parentKind: string): CustomizeRequest {
  return read(isCustomize, body, parentKind);
}

/** The body of a sync call about an object of one of these kinds. Throws `NotAHookCall`. */
export function readDecorator(body: unknown, kinds: readonly string[]): DecoratorRequest {
  if (!isDecorator(body) || !kinds.includes(body.object.kind)) throw new HookError('NotAHookCall');
  return body;
}

function read<T extends CustomizeRequest>(
  validate: ValidateFunction<T>,
  body: unknown,
  parentKind: string,
): T {
  // A call about another kind is a CompositeController that names the wrong path.
  if (!validate(body) || body.parent.kind !== parentKind) throw new HookError('NotAHookCall');
  return body;
}
