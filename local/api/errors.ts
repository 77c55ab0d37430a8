import { stringifyExact } from '../../providers/kit/json/exact.ts';
import { KubeApiError } from '../../server/kube-api.ts';

/** One cause in the details of a Status. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** A refusal in the words of the real API server, with the details of its Status body. */
export class StatusError extends KubeApiError {
  readonly details: StatusDetails | undefined;

  constructor(status: number, reason: string, message: string, details?: StatusDetails) {
    super(status, reason, message);
    this.name = 'StatusError';
    this.details = details;
  }
}

/** What an error names: a group and its plural (or kind) and the object. */
export interface Subject {
  readonly group: string;
  readonly resource: string;
  readonly name: string;
}

function named({ group, resource, name }: Subject): StatusDetails {
  return { ...(name && { name }), ...(group && { group }), kind: resource };
}

function qualified({ group, resource }: Pick<Subject, 'group' | 'resource'>): string {
  return group ? `${resource}.${group}` : resource;
}

export function notFound(subject: Subject): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${qualified(subject)} "${subject.name}" not found`,
    named(subject),
  );
}

/** The name is taken, perhaps by an object that is on its way out. */
export function alreadyExists(subject: Subject, state: 'alive' | 'deleting'): StatusError {
  const prefix = state === 'deleting' ? 'object is being deleted: ' : '';
  const message = `${prefix}${qualified(subject)} "${subject.name}" already exists`;
  return new StatusError(409, 'AlreadyExists', message, named(subject));
}

export function conflict(subject: Subject, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${subject.name}": ${why}`;
  return new StatusError(409, 'Conflict', message, named(subject));
}

export const staleVersion =
  'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** The API server's answer where its own code failed on the input: 500 without a reason. */
export function internal(message: string): StatusError {
  return new StatusError(500, '', message);
}

/** Something that this stand-in does not do; never answered by an approximation. */
export function notCovered(what: string): StatusError {
  return new StatusError(501, 'NotImplemented', `the local API server does not cover ${what}`);
}

/** The URL leads nowhere. */
export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** Nothing at all is served under the path's group and version; the only refusal in plain text. */
export function pageNotFound(): StatusError {
  return new StatusError(404, 'NotFound', '404 page not found');
}

export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(405, 'MethodNotAllowed', message, {});
}

/** A watch or list from a version that history no longer holds: list again. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** One finding of validation; the constructors below carry the API server's wording. */
export interface FieldError {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

export const invalidValue = (field: string, value: unknown, detail: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${stringifyExact(value)}: ${detail}`,
});

export const invalidType = (field: string, type: string, detail: string): FieldError => ({
  ...invalidValue(field, type, detail),
  reason: 'FieldValueTypeInvalid',
});

export const required = (field: string, detail = ''): FieldError => ({
  reason: 'FieldValueRequired',
  field,
  message: detail ? `Required value: ${detail}` : 'Required value',
});

export const forbidden = (field: string, detail: string): FieldError => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${detail}`,
});

export const tooLong = (field: string, bytes: number): FieldError => ({
  reason: 'FieldValueTooLong',
  field,
  message: `Too long: may not be more than ${bytes} bytes`,
});

export const tooMany = (field: string, count: number, most: number): FieldError => ({
  reason: 'FieldValueTooMany',
  field,
  message: `Too many: ${count}: must have at most ${most} items`,
});

export const unsupported = (field: string, value: unknown, supported: readonly unknown[]): FieldError => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${stringifyExact(value)}: supported values: ${supported.map((item) => stringifyExact(item)).join(', ')}`,
});

export const duplicate = (field: string, value: unknown): FieldError => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${stringifyExact(value)}`,
});

/** 422 Invalid with every distinct finding; `subject.resource` is the kind here, as in the real answer. */
export function invalid(subject: Subject, errors: readonly FieldError[]): StatusError {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const causes = errors.filter(
    (error, index) =>
      errors.findIndex((other) => other.field === error.field && other.message === error.message) === index,
  );
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const message = `${qualified(subject)} "${subject.name}" is invalid: ${list}`;
  return new StatusError(422, 'Invalid', message, { ...named(subject), causes });
}
