import { type FieldError, forbidden, invalidValue, required, tooLong } from '../errors.ts';
import { equal, isObject, type JsonObject, member } from '../json.ts';

// Rules and wording: k8s.io/apimachinery, pkg/api/validation/objectmeta.go and pkg/util/validation.

const alphanumeric =
  "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const namePart =
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const labelValueText = `a valid label must be an empty string or consist of ${alphanumeric} (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`;

/** How a kind's objects may be named. */
export type NameRule = 'subdomain' | 'label';

function nameErrors(name: string, rule: NameRule): string[] {
  if (rule === 'label') {
    if (name.length > 63) return ['must be no more than 63 bytes'];
    if (name.includes('.')) return ['must not contain dots'];
    return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) ? [] : [labelText];
  }
  if (name.length > 253) return ['must be no more than 253 characters'];
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)
    ? []
    : [subdomainText];
}

function qualifiedNameErrors(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2)
    return [
      `a valid label key must consist of ${alphanumeric} ${namePart} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const [name, prefix] = parts.toReversed() as [string, string?];
  const errors: string[] = [];
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix) errors.push(...nameErrors(prefix, 'subdomain').map((message) => `prefix part ${message}`));
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push('name part must be no more than 63 bytes');
  if (!/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name))
    errors.push(`name part must consist of ${alphanumeric} ${namePart}`);
  return errors;
}

function labelValueErrors(value: string): string[] {
  if (value.length > 63) return ['must be no more than 63 bytes'];
  return /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value) ? [] : [labelValueText];
}

const strings = (value: unknown): [string, string][] =>
  isObject(value) ? (Object.entries(value) as [string, string][]) : [];
const items = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What is wrong with an object's metadata, whatever the operation. */
export function validateMetadata(metadata: JsonObject, rule: NameRule): FieldError[] {
  const name = String(member(metadata, 'name') ?? '');
  const generateName = String(member(metadata, 'generateName') ?? '');
  const errors: FieldError[] = [];
  const invalid = (field: string, value: unknown, messages: string[]) =>
    errors.push(...messages.map((message) => invalidValue(`metadata.${field}`, value, message)));
  if (generateName) invalid('generateName', generateName, nameErrors(generateName.replace(/-$/, 'a'), rule));
  if (name === '') errors.push(required('metadata.name', 'name or generateName is required'));
  else invalid('name', name, nameErrors(name, rule));
  for (const [key, value] of strings(metadata.labels)) {
    invalid('labels', key, qualifiedNameErrors(key));
    invalid('labels', value, labelValueErrors(value));
  }
  const annotations = strings(metadata.annotations);
  for (const [key] of annotations) invalid('annotations', key, qualifiedNameErrors(key.toLowerCase()));
  const bytes = annotations.reduce(
    (sum, pair) => sum + Buffer.byteLength(pair[0]) + Buffer.byteLength(pair[1]),
    0,
  );
  if (bytes > 256 * 1024) errors.push(tooLong('metadata.annotations', 256 * 1024));
  return [
    ...errors,
    ...validateOwners(items(metadata.ownerReferences)),
    ...validateFinalizers(items(metadata.finalizers)),
  ];
}

function validateOwners(references: readonly unknown[]): FieldError[] {
  const at = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  const controllers: string[] = [];
  for (const reference of references) {
    const {
      apiVersion = '',
      kind = '',
      name = '',
      uid = '',
      controller,
    } = reference as Record<string, unknown>;
    if (apiVersion === '') errors.push(invalidValue(`${at}.apiVersion`, '', 'version must not be empty'));
    for (const [field, value] of Object.entries({ kind, name, uid }))
      if (value === '') errors.push(invalidValue(`${at}.${field}`, '', 'must not be empty'));
    if (apiVersion === 'v1' && kind === 'Event')
      errors.push(
        invalidValue(at, inGoOrder(reference), '/v1, Kind=Event is disallowed from being an owner'),
      );
    if (controller !== true) continue;
    controllers.push(`${kind}/${name}`);
    if (controllers.length > 1)
      errors.push(
        invalidValue(
          at,
          references.map(inGoOrder),
          `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]} and ${controllers.at(-1)}`,
        ),
      );
  }
  return errors;
}

/** A reference with its members in the order of the Go struct, as messages print it. */
function inGoOrder(reference: unknown): unknown {
  const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = reference as Record<
    string,
    unknown
  >;
  return { apiVersion, kind, name, uid, controller, blockOwnerDeletion };
}

const standardFinalizers = ['orphan', 'foregroundDeletion', 'kubernetes'];

/** The stricter rule of the core kinds: a finalizer is a standard one or has a domain. */
export function validateCoreFinalizers(metadata: JsonObject): FieldError[] {
  const detail = 'name is neither a standard finalizer name nor is it fully qualified';
  return items(metadata.finalizers).flatMap((finalizer, index) => {
    const name = String(finalizer);
    if (name.includes('/') || standardFinalizers.includes(name)) return [];
    return [invalidValue(`metadata.finalizers[${index}]`, name, detail)];
  });
}

function validateFinalizers(finalizers: readonly unknown[]): FieldError[] {
  const at = 'metadata.finalizers';
  const errors = finalizers.flatMap((finalizer) =>
    qualifiedNameErrors(String(finalizer)).map((message) => invalidValue(at, finalizer, message)),
  );
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.push(invalidValue(at, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  return errors;
}

const immutable = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/** What is wrong with a change of metadata. */
export function validateMetadataUpdate(metadata: JsonObject, live: JsonObject): FieldError[] {
  const had = items(live.finalizers);
  const extra = items(metadata.finalizers).filter((finalizer) => !had.includes(finalizer));
  const list = extra
    .map((finalizer) => JSON.stringify(finalizer))
    .sort()
    .join(', ');
  const message = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [
    ...(live.deletionTimestamp && extra.length > 0 ? [forbidden('metadata.finalizers', message)] : []),
    ...immutable
      .filter((name) => !equal(member(metadata, name), member(live, name)))
      .map((name) => invalidValue(`metadata.${name}`, member(metadata, name), 'field is immutable')),
  ];
}
