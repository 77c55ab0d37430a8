import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { readWebhook, type Webhook, type WebhookConfig } from './config.ts';
import { NotCovered } from './errors.ts';
import { type LabelSelector, matchesLabels } from './selector.ts';

/** The objects of one type that a DecoratorController looks after. */
export interface DecoratedType {
  readonly apiVersion: string;
  readonly resource: string;
  readonly labelSelector: LabelSelector | undefined;
  /** Metacontroller reads it as a selector of labels. */
  readonly annotationSelector: LabelSelector | undefined;
  readonly ignoreStatusChanges: boolean;
}

/** The part of a DecoratorController that steers the stand-in. */
export interface DecoratorConfig {
  readonly name: string;
  readonly resources: readonly DecoratedType[];
  readonly resyncPeriodSeconds?: number;
  readonly sync: WebhookConfig;
}

interface Spec {
  resources: {
    apiVersion: string;
    resource: string;
    labelSelector?: LabelSelector;
    annotationSelector?: {
      matchAnnotations?: Readonly<Record<string, string>>;
      matchExpressions?: NonNullable<LabelSelector['matchExpressions']>;
    };
    ignoreStatusChanges?: boolean;
  }[];
  attachments?: unknown[];
  resyncPeriodSeconds?: number;
  endpointConfigs?: unknown[];
  hooks?: Partial<Record<string, { version?: string; webhook?: Webhook }>>;
}

/**
 * Reads a DecoratorController with a sync hook and without attachments (specification section 2.2). Throws
 * {@link NotCovered} for all others, and Metacontroller's own error for a configuration that Metacontroller refuses.
 */
export function readDecoratorConfig({ metadata, spec: given }: KubeObject): DecoratorConfig {
  const spec = given as Spec;
  const { name } = metadata;
  const refuse = (what: string) => new NotCovered(`${what} (DecoratorController ${name})`);
  if (spec.hooks === undefined) throw new Error('no hooks defined');
  for (const hook of ['finalize', 'customize'])
    if (spec.hooks[hook] !== undefined) throw refuse(`a ${hook} hook`);
  if ((spec.attachments ?? []).length > 0) throw refuse('attachments');
  if ((spec.endpointConfigs ?? []).length > 0) throw refuse('endpointConfigs');
  const { version, webhook } = spec.hooks.sync ?? {};
  if (webhook === undefined) throw refuse('a controller without sync hook');
  if (version !== 'v2') throw refuse(`sync hook version ${version ?? 'v1'}`);
  return {
    name,
    resources: spec.resources.map((type) => ({
      apiVersion: type.apiVersion,
      resource: type.resource,
      labelSelector: type.labelSelector,
      annotationSelector: type.annotationSelector && {
        matchLabels: type.annotationSelector.matchAnnotations ?? {},
        matchExpressions: type.annotationSelector.matchExpressions ?? [],
      },
      ignoreStatusChanges: type.ignoreStatusChanges === true,
    })),
    ...(spec.resyncPeriodSeconds === undefined ? {} : { resyncPeriodSeconds: spec.resyncPeriodSeconds }),
    sync: readWebhook('sync', webhook, refuse),
  };
}

/** True when both selectors match an object. */
export function isDecorated(type: DecoratedType, { metadata }: KubeObject): boolean {
  return (
    matchesLabels(type.labelSelector, metadata.labels) &&
    matchesLabels(type.annotationSelector, metadata.annotations)
  );
}
