import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { NotCovered } from './errors.ts';
import type { LabelSelector } from './selector.ts';

/** The hooks that the stand-in calls. */
export type HookName = 'sync' | 'finalize' | 'customize';

/** A key of a Secret or ConfigMap. */
export interface KeyRef {
  readonly name: string;
  readonly namespace: string;
  readonly key?: string;
}

/** One webhook as its CompositeController gives it. */
export interface WebhookConfig {
  readonly hook: HookName;
  readonly url: string;
  readonly timeoutMs: number;
  readonly bearer?: KeyRef;
  readonly ca?:
    | { readonly from: 'inline'; readonly pem: string }
    | { readonly from: 'secret' | 'configMap'; readonly ref: KeyRef };
}

/** The part of a CompositeController that steers the stand-in. */
export interface ControllerConfig {
  readonly name: string;
  /** The finalizer that marks a parent as this controller's. */
  readonly finalizer: string;
  readonly parent: {
    readonly apiVersion: string;
    readonly resource: string;
    readonly labelSelector?: LabelSelector;
    readonly ignoreStatusChanges: boolean;
  };
  readonly children: readonly { readonly apiVersion: string; readonly resource: string }[];
  readonly resyncPeriodSeconds?: number;
  readonly hooks: Readonly<Partial<Record<HookName, WebhookConfig>>>;
}

interface Spec {
  parentResource: {
    apiVersion: string;
    resource: string;
    labelSelector?: LabelSelector;
    ignoreStatusChanges?: boolean;
  };
  childResources?: { apiVersion: string; resource: string; updateStrategy?: { method?: string } }[];
  generateSelector?: boolean;
  resyncPeriodSeconds?: number;
  endpointConfigs?: unknown[];
  hooks?: Partial<Record<string, { version?: string; webhook?: Webhook }>>;
}

/** A webhook as its controller's object gives it. */
export interface Webhook {
  url?: string;
  timeout?: string;
  path?: string;
  service?: { name?: string; namespace?: string; port?: number; protocol?: string };
  responseUnMarshallMode?: string;
  etag?: { enabled?: boolean };
  caBundle?: { inline?: string; secretRef?: KeyRef; configMapRef?: KeyRef };
  authorization?: { type?: string; secretRef: KeyRef };
  basicAuth?: unknown;
  clientTLS?: unknown;
}

const defaultTimeout = 10_000;

/**
 * Reads a CompositeController (specification section 2.1). Throws {@link NotCovered} for everything that the stand-in
 * would have to approximate, and Metacontroller's own error for a configuration that Metacontroller refuses.
 */
export function readConfig(controller: KubeObject): ControllerConfig {
  const spec = controller.spec as Spec;
  const { name } = controller.metadata;
  const refuse = (what: string) => new NotCovered(`${what} (CompositeController ${name})`);

  if (spec.generateSelector !== true) throw refuse('generateSelector: false');
  if ((spec.endpointConfigs ?? []).length > 0) throw refuse('endpointConfigs');
  for (const { resource, updateStrategy } of spec.childResources ?? []) {
    const method = updateStrategy?.method ?? 'OnDelete';
    if (method !== 'InPlace') throw refuse(`update method ${method} (${resource})`);
  }
  if (spec.hooks === undefined) throw new Error('no hooks defined');

  const hooks: Partial<Record<HookName, WebhookConfig>> = {};
  for (const hook of ['sync', 'finalize', 'customize'] as const) {
    const given = spec.hooks[hook];
    if (given === undefined) continue;
    if (given.webhook === undefined) throw refuse(`a ${hook} hook without webhook`);
    if (given.version !== 'v2') throw refuse(`${hook} hook version ${given.version ?? 'v1'}`);
    hooks[hook] = readWebhook(hook, given.webhook, refuse);
  }
  if (hooks.sync === undefined) throw refuse('a controller without sync hook');

  const { apiVersion, resource, labelSelector, ignoreStatusChanges } = spec.parentResource;
  return {
    name,
    finalizer: `metacontroller.io/compositecontroller-${name}`,
    parent: {
      apiVersion,
      resource,
      ...(labelSelector && { labelSelector }),
      ignoreStatusChanges: ignoreStatusChanges === true,
    },
    children: (spec.childResources ?? []).map((child) => ({
      apiVersion: child.apiVersion,
      resource: child.resource,
    })),
    ...(spec.resyncPeriodSeconds !== undefined && { resyncPeriodSeconds: spec.resyncPeriodSeconds }),
    hooks,
  };
}

/** The controller as its hooks see it: gone through Metacontroller's Go types, which leave out an empty list of children and fill in two empty objects [seen]. */
export function controllerInRequests(controller: KubeObject): KubeObject {
  const { childResources = [], ...spec } = controller.spec as Spec;
  const children = childResources.map((child) => ({
    ...child,
    ...(child.updateStrategy && { updateStrategy: { statusChecks: {}, ...child.updateStrategy } }),
  }));
  return {
    status: {},
    ...controller,
    spec: { ...spec, ...(children.length > 0 && { childResources: children }) },
  };
}

/** Reads a webhook; `refuse` names what the stand-in does not cover. */
export function readWebhook(
  hook: HookName,
  webhook: Webhook,
  refuse: (what: string) => NotCovered,
): WebhookConfig {
  if (webhook.etag?.enabled) throw refuse('etag');
  if (webhook.basicAuth !== undefined) throw refuse('basicAuth');
  if (webhook.clientTLS !== undefined) throw refuse('clientTLS');
  if ((webhook.responseUnMarshallMode ?? 'strict') !== 'strict') throw refuse('responseUnMarshallMode loose');
  const { authorization, caBundle } = webhook;
  const type = authorization?.type?.trim() ?? '';
  if (type !== '' && type !== 'Bearer') throw refuse(`authorization type ${type}`);
  const ca = caBundle && readCa(caBundle);
  return {
    hook,
    url: readUrl(webhook),
    timeoutMs: readTimeout(webhook.timeout),
    ...(authorization && { bearer: authorization.secretRef }),
    ...(ca && { ca }),
  };
}

function readCa(bundle: NonNullable<Webhook['caBundle']>): NonNullable<WebhookConfig['ca']> {
  const { inline, secretRef, configMapRef } = bundle;
  const given = [inline, secretRef, configMapRef].filter((source) => source !== undefined);
  if (given.length > 1) {
    throw new Error(
      "can't resolve caBundle: caBundle has more than one source set: exactly one of inline, secretRef, or configMapRef must be specified",
    );
  }
  if (inline !== undefined) return { from: 'inline', pem: inline };
  if (secretRef !== undefined) return { from: 'secret', ref: secretRef };
  if (configMapRef !== undefined) return { from: 'configMap', ref: configMapRef };
  throw new Error(
    "can't resolve caBundle: caBundle is set but none of inline, secretRef, or configMapRef is specified",
  );
}

function readUrl({ url, service, path }: Webhook): string {
  if (url !== undefined) return url;
  if (service === undefined || path === undefined) {
    throw new Error("invalid webhook config: must specify either a full 'url', or both 'service' and 'path'");
  }
  if (!service.name || !service.namespace) {
    throw new Error("invalid webhook config: 'service' must specify both 'name' and 'namespace'");
  }
  const { name, namespace, port = 80, protocol = 'http' } = service;
  return `${protocol}://${name}.${namespace}:${port}${path}`;
}

const unitsMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** A Go duration in milliseconds; absent or not positive is 10 s. */
function readTimeout(text: string | undefined): number {
  if (text === undefined) return defaultTimeout;
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ms|us|µs|ns|h|m|s)/g)];
  if (text !== '0' && parts.map(([part]) => part).join('') !== text.replace(/^[+-]/, '')) {
    throw new Error(`time: invalid duration "${text}"`);
  }
  const total = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitsMs[unit as string] ?? 0),
    0,
  );
  return text.startsWith('-') || total <= 0 ? defaultTimeout : total;
}
