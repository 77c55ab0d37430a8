import type { StoreScope } from '../kit/provider.ts';
import type { AwsSpec } from './schema.ts';

/** One session tag, as STS takes it. */
export interface SessionTag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * The session tags for assuming `role` (spec providers 2.2): of Simple and Custom the built-in ones, which win over
 * custom ones. A ClusterSecretStore that validates itself has an empty namespace.
 */
export function sessionTags(spec: AwsSpec, scope: StoreScope): SessionTag[] {
  if (spec.sessionTagsPolicy === 'None') {
    return (spec.sessionTags ?? []).map(({ key, value }) => ({ Key: key, Value: value }));
  }
  const builtIn = {
    esoNamespace: scope.namespace ?? '',
    esoStoreName: scope.name,
    esoStoreKind: scope.kind,
  };
  const custom = spec.sessionTagsPolicy === 'Custom' ? (spec.customSessionTags ?? {}) : {};
  const chosen = Object.entries(custom).filter(([key, value]) => key !== '' && value !== '');
  return Object.entries({ ...Object.fromEntries(chosen), ...builtIn }).map(([Key, Value]) => ({
    Key,
    Value,
  }));
}

/** Whether the role's session belongs to one consuming namespace. */
export function tagsNameConsumer({ role, sessionTagsPolicy }: AwsSpec): boolean {
  return Boolean(role) && sessionTagsPolicy !== 'None';
}
