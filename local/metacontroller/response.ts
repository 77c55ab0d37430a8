import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { aggregate, StandInCrash } from './errors.ts';
import { type JsonNode, parseJson, plainValue } from './json.ts';
import type { LabelSelector } from './selector.ts';

/** What a sync or finalize hook answered; a member that was absent or null has its zero value. */
export interface SyncResponse {
  readonly status: Readonly<Record<string, unknown>> | undefined;
  readonly children: readonly KubeObject[];
  readonly resyncAfterSeconds: number;
  readonly finalized: boolean;
}

/** One rule of a customize response; an absent member is `undefined`. */
export interface RelatedRule {
  readonly apiVersion: string;
  readonly resource: string;
  readonly labelSelector: LabelSelector | undefined;
  readonly namespaceSelector: LabelSelector | undefined;
  readonly namespace: string;
  readonly names: readonly string[];
}

/** Findings of one decoding: type errors end it, strict errors (unknown or duplicate names) come after. */
interface Findings {
  /** The Go struct that is being read, which type errors name. */
  struct: string;
  readonly types: Error[];
  readonly strict: Error[];
}

/** Reads a node that isn't null; `path` is empty at the root. */
type Read<T> = (node: JsonNode, path: string, findings: Findings) => T | undefined;
type Fields = Record<string, Read<unknown>>;

const string = scalar<string>('string', 'string');
const float = scalar<number>('number', 'float64');
const bool = scalar<boolean>('bool', 'bool');
const strings = list(string, '[]string');
const labelSelector = struct(
  {
    matchLabels: dictionary(string, 'map[string]string'),
    matchExpressions: list(
      struct({ key: string, operator: string, values: strings }, 'v1.LabelSelectorRequirement'),
      '[]v1.LabelSelectorRequirement',
    ),
  },
  'v1.LabelSelector',
);
const rule = struct(
  {
    apiVersion: string,
    resource: string,
    labelSelector,
    namespaceSelector: labelSelector,
    namespace: string,
    names: strings,
  },
  'v1alpha1.RelatedResourceRule',
);
const syncResponse: Fields = {
  status: dictionary(anything, 'map[string]interface {}'),
  children: list(child, '[]*unstructured.Unstructured'),
  resyncAfterSeconds: float,
  finalized: bool,
};
const decoratorResponse: Fields = {
  labels: dictionary(string, 'map[string]*string'),
  annotations: dictionary(string, 'map[string]*string'),
  status: dictionary(anything, 'map[string]interface {}'),
  attachments: list(child, '[]*unstructured.Unstructured'),
  resyncAfterSeconds: float,
  finalized: bool,
};
const customizeResponse: Fields = { relatedResources: list(rule, '[]*v1alpha1.RelatedResourceRule') };

/** Decodes a sync or finalize response by the strict v2 rules (specification section 3.6); throws with Metacontroller's text, {@link StandInCrash} for a null child. */
export function decodeSyncResponse(body: string, hook: 'sync' | 'finalize'): SyncResponse {
  const { status, children, resyncAfterSeconds, finalized } = decode(
    body,
    hook,
    'CompositeHookResponse',
    syncResponse,
  );
  return {
    status: status as SyncResponse['status'],
    children: notNull(children as (KubeObject | undefined)[] | undefined, 'children'),
    resyncAfterSeconds: (resyncAfterSeconds as number | undefined) ?? 0,
    finalized: finalized === true,
  };
}

/** What the sync hook of a decorator answered, as far as the stand-in covers it. Throws as {@link decodeSyncResponse} does. */
export function decodeDecoratorResponse(body: string): {
  readonly resyncAfterSeconds: number;
  /** Names of members that hold something, and change the object or its attachments. */
  readonly changes: readonly string[];
} {
  const { resyncAfterSeconds, finalized, ...rest } = decode(
    body,
    'sync',
    'DecoratorHookResponse',
    decoratorResponse,
  );
  const isEmpty = (value: unknown) => value === undefined || Object.keys(value as object).length === 0;
  notNull((rest.attachments as undefined[] | undefined) ?? [], 'attachments');
  return {
    resyncAfterSeconds: (resyncAfterSeconds as number | undefined) ?? 0,
    changes: [
      ...Object.keys(rest).filter((name) => !isEmpty(rest[name])),
      ...(finalized === true ? ['finalized'] : []),
    ],
  };
}

/** Decodes a customize response by the strict v2 rules; throws with Metacontroller's text, {@link StandInCrash} for a null rule. */
export function decodeCustomizeResponse(body: string): readonly RelatedRule[] {
  const { relatedResources } = decode(body, 'customize', 'CustomizeHookResponse', customizeResponse);
  const rules = notNull(
    relatedResources as (Partial<RelatedRule> | undefined)[] | undefined,
    'relatedResources',
  );
  return rules.map((given) => ({
    apiVersion: given.apiVersion ?? '',
    resource: given.resource ?? '',
    labelSelector: given.labelSelector,
    namespaceSelector: given.namespaceSelector,
    namespace: given.namespace ?? '',
    names: given.names ?? [],
  }));
}

function notNull<T>(items: readonly (T | undefined)[] | undefined, field: string): T[] {
  return (items ?? []).map((item) => {
    // Metacontroller dereferences nil here, and its process ends.
    if (item === undefined) throw new StandInCrash(`${field} of a hook response holds null`);
    return item;
  });
}

function decode(body: string, hook: string, goType: string, fields: Fields): Record<string, unknown> {
  const findings: Findings = { struct: goType, types: [], strict: [] };
  let value: Record<string, unknown> | undefined;
  try {
    const root = parseJson(body);
    value = root.kind === 'null' ? {} : struct(fields, `v2.${goType}`)(root, '', findings);
    if (findings.types[0] !== undefined) throw findings.types[0];
  } catch (error) {
    throw new Error(
      `can't unmarshal webhookResponse (version: v2, type: ${hook}): ${(error as Error).message}`,
    );
  }
  const strict = aggregate(findings.strict);
  if (strict !== undefined) {
    throw new Error(
      `strict validation failed for v2 webhookResponse (type: ${hook}, mode: strict): ${strict.message}`,
    );
  }
  return value ?? {};
}

function mismatch(node: JsonNode, path: string, goType: string, findings: Findings): undefined {
  const target =
    path === ''
      ? `Go value of type ${goType}`
      : `Go struct field ${findings.struct}.${path.replace(/\[\d+\]/g, '')} of type ${goType}`;
  findings.types.push(new Error(`json: cannot unmarshal ${node.kind} into ${target}`));
  return undefined;
}

function scalar<T>(kind: 'string' | 'number' | 'bool', goType: string): Read<T> {
  return (node, path, findings) =>
    node.kind === kind ? (node.value as T) : mismatch(node, path, goType, findings);
}

function anything(node: JsonNode, path: string, findings: Findings): unknown {
  if (node.kind === 'object') return dictionary(anything, '')(node, path, findings);
  if (node.kind === 'array')
    return node.items.map((item, index) => orNull(anything, item, `${path}[${index}]`, findings));
  return node.value;
}

/** A child decodes through its own unmarshaller: no strict checks inside, and it must say its kind. */
function child(node: JsonNode, path: string, findings: Findings): KubeObject | undefined {
  if (node.kind !== 'object') return mismatch(node, path, 'map[string]interface {}', findings);
  const object = plainValue(node) as KubeObject;
  if (!object.kind) throw new Error(`Object 'Kind' is missing in '${node.text}'`);
  return object;
}

function orNull(read: Read<unknown>, node: JsonNode, path: string, findings: Findings): unknown {
  return node.kind === 'null' ? null : read(node, path, findings);
}

function list<T>(read: Read<T>, goType: string): Read<(T | undefined)[]> {
  return (node, path, findings) =>
    node.kind === 'array'
      ? node.items.map((item, index) =>
          item.kind === 'null' ? undefined : read(item, `${path}[${index}]`, findings),
        )
      : mismatch(node, path, goType, findings);
}

function dictionary(read: Read<unknown>, goType: string): Read<Record<string, unknown>> {
  return (node, path, findings) => {
    if (node.kind !== 'object') return mismatch(node, path, goType, findings);
    noteDuplicates(node.members, path, findings);
    return Object.fromEntries(
      node.members.map(([name, member]) => [name, orNull(read, member, join(path, name), findings)]),
    );
  };
}

function struct(fields: Fields, goType: string): Read<Record<string, unknown>> {
  return (node, path, findings) => {
    if (node.kind !== 'object') return mismatch(node, path, goType, findings);
    noteDuplicates(node.members, path, findings);
    const outer = findings.struct;
    findings.struct = goType.slice(goType.indexOf('.') + 1);
    const value: Record<string, unknown> = {};
    for (const [name, member] of node.members) {
      if (!Object.hasOwn(fields, name))
        findings.strict.push(new Error(`unknown field "${join(path, name)}"`));
      else if (member.kind !== 'null') value[name] = fields[name]?.(member, join(path, name), findings);
    }
    findings.struct = outer;
    return value;
  };
}

function noteDuplicates(
  members: readonly (readonly [string, JsonNode])[],
  path: string,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const [name] of members) {
    if (seen.has(name)) findings.strict.push(new Error(`duplicate field "${join(path, name)}"`));
    seen.add(name);
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
