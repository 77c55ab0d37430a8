import type { DecoratorOutcome, RelatedRule, SyncResponse } from '../composite-controllers/controller.ts';
import type { KubeObject } from '../composite-controllers/lib/objects.ts';

/** A response that must not be sent; `rule` says what it breaks and never holds data. */
export class UnsafeResponse extends Error {
  readonly rule: string;

  constructor(rule: string) {
    super(`a response was withheld: ${rule}`);
    this.name = 'UnsafeResponse';
    this.rule = rule;
  }
}

/** Far above what a parent's children can hold (1 MiB a Secret), far below what hurts. */
const maxResponseBytes = 32 * 1024 * 1024;

/** What a child's metadata may say: anything else belongs to the API server or to Metacontroller. */
const metadataFields = new Set(['name', 'namespace', 'labels', 'annotations', 'finalizers']);

/**
 * The only way in which an answer to a sync call becomes bytes (design rule 1, spec metacontroller 16). A child that is
 * missing is deleted, one without `kind` ends in an event, a `null` one crashes Metacontroller: so whatever is not
 * certainly right throws {@link UnsafeResponse}, and the caller answers 500, which changes nothing.
 */
export function serializeSync(
  parent: KubeObject,
  response: SyncResponse,
  hook: 'sync' | 'finalize' = 'sync',
): string {
  const { status, children, resyncAfterSeconds, finalized } = response;
  must(isObject(status), 'status is an object');
  must(Array.isArray(children), 'children is a list');
  must(resyncAfterSeconds === undefined || isDelay(resyncAfterSeconds), 'resyncAfterSeconds is at least 1');
  // From sync it would take a finalizer away that the next pass puts back.
  must(finalized === undefined || (finalized && hook === 'finalize'), 'only finalize says finalized');
  for (const child of children) mustBeChild(child, parent);
  const identities = children.map(identity);
  must(new Set(identities).size === identities.length, 'no child is named twice');

  const body = JSON.stringify({
    status,
    children: children.map((child) => withoutForeignSelector(child, parent)),
    ...(resyncAfterSeconds === undefined ? {} : { resyncAfterSeconds }),
    ...(finalized === undefined ? {} : { finalized }),
  });
  must(Buffer.byteLength(body) <= maxResponseBytes, 'the response is at most 32 MiB');
  return body;
}

/** The same about an object that is somebody else's: nothing is attached to it, and nothing of it is changed this way. */
export function serializeDecorator({ resyncAfterSeconds }: DecoratorOutcome): string {
  must(resyncAfterSeconds === undefined || isDelay(resyncAfterSeconds), 'resyncAfterSeconds is at least 1');
  return JSON.stringify({
    attachments: [],
    ...(resyncAfterSeconds === undefined ? {} : { resyncAfterSeconds }),
  });
}

/**
 * The same for customize: a rule without names would widen to every object of its kind (spec metacontroller 4.1), and so
 * would a selector without a namespace (GHSA-fcxq-v2r3-cc8h).
 */
export function serializeCustomize(
  parent: KubeObject,
  response: { readonly relatedResources: readonly RelatedRule[] },
): string {
  const own = parent.metadata.namespace;
  const relatedResources = response.relatedResources.map((rule) => {
    const { apiVersion, resource, namespace } = rule;
    must(isText(apiVersion) && isText(resource), 'a rule names its resource');
    must(own === undefined || namespace === undefined || namespace === own, 'a rule stays in the namespace');
    const base = { apiVersion, resource, ...(namespace === undefined ? {} : { namespace }) };
    if ('names' in rule) {
      const { names } = rule;
      must(Array.isArray(names) && names.length > 0 && names.every(isText), 'a rule names its objects');
      return { ...base, names };
    }
    must(isObject(rule.labelSelector), 'a rule without names has a selector');
    // Of a parent that lives in none, it would hand over what all namespaces keep.
    must(
      own === undefined ? apiVersion === 'v1' && resource === 'namespaces' : own === namespace,
      'a selector looks into the namespace of its parent, or at Namespaces',
    );
    return { ...base, labelSelector: rule.labelSelector };
  });
  return JSON.stringify({ relatedResources });
}

function mustBeChild(child: KubeObject, parent: KubeObject): void {
  must(isObject(child), 'a child is an object');
  must(isText(child.apiVersion) && isText(child.kind), 'a child has apiVersion and kind');
  must(!Object.hasOwn(child, 'status'), 'a child has no status');
  const { metadata } = child;
  must(isObject(metadata), 'a child has metadata');
  must(isText(metadata.name), 'a child has a name');
  for (const field of Object.keys(metadata))
    must(metadataFields.has(field), 'metadata holds only what a user may write');
  const own = parent.metadata.namespace;
  must(
    own === undefined ? isText(metadata.namespace) : metadata.namespace === own,
    'a child lives in the namespace of its parent, or names one when its parent has none',
  );
  must(isTextMap(metadata.labels) && isTextMap(metadata.annotations), 'labels and annotations are text');
  must(isTextList(metadata.finalizers), 'finalizers are text');
  if (child.kind === 'Secret' && child.apiVersion === 'v1') mustBeSecret(child);
}

function mustBeSecret(secret: KubeObject): void {
  must(!Object.hasOwn(secret, 'stringData'), 'a Secret has data, not stringData');
  must(secret.type === undefined || isText(secret.type), 'type is text');
  must(secret.immutable === undefined || typeof secret.immutable === 'boolean', 'immutable is true or false');
  must(secret.data === undefined || isObject(secret.data), 'data is a map');
  for (const value of Object.values(secret.data ?? {}))
    must(typeof value === 'string' && isCanonicalBase64(value), 'data values are canonical base64');
}

/** A user's `controller-uid` label would fail Metacontroller's selector check for ever; its own is added after us. */
function withoutForeignSelector(child: KubeObject, parent: KubeObject): KubeObject {
  const { labels } = child.metadata;
  if (labels?.['controller-uid'] === undefined || labels['controller-uid'] === parent.metadata.uid)
    return child;
  const kept = Object.fromEntries(Object.entries(labels).filter(([key]) => key !== 'controller-uid'));
  return { ...child, metadata: { ...child.metadata, labels: kept } };
}

/** Metacontroller's own identity of a child; of two that share it the last would win, silently. */
function identity({ apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return JSON.stringify([group, kind, metadata.namespace, metadata.name]);
}

/** Whether the text is what encoding its own bytes would give: padded, standard alphabet, no stray bits. */
export function isCanonicalBase64(text: string): boolean {
  return text.length % 4 === 0 && canonicalBase64.test(text);
}

/** Before one `=` a character has 2 bits that stand for nothing, before two it has 4: they have to be zero. */
const canonicalBase64 = /^[A-Za-z0-9+/]*(?:[AEIMQUYcgkosw048]=|[AQgw]==)?$/;

function must(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new UnsafeResponse(rule);
}

function isDelay(seconds: number): boolean {
  return Number.isFinite(seconds) && seconds >= 1;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextMap(value: unknown): boolean {
  return (
    value === undefined ||
    (isObject(value) && Object.values(value).every((entry) => typeof entry === 'string'))
  );
}

function isTextList(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isText));
}
