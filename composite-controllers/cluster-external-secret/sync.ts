import type { CompositeController } from '../controller.ts';
import type { ChildTemplate, FanOutKind } from '../fan-out/kind.ts';
import { createFanOutController, type FanOutDeps } from '../fan-out/sync.ts';
import { forceSyncAnnotation } from '../lib/names.ts';
import type { KubeObject } from '../lib/objects.ts';
import type { ClusterExternalSecretSpec } from './schema.ts';
import { clusterExternalSecretProblems } from './validity.ts';

/** What ClusterExternalSecrets are among the kinds with a child in each namespace. */
export const externalSecrets: FanOutKind = {
  kind: 'ClusterExternalSecret',
  controller: 'clusterexternalsecret',
  child: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
  nameField: 'externalSecretName',
  taken: 'external secret already exists in namespace',
  problems: clusterExternalSecretProblems,
  template,
};

/** The controller of ClusterExternalSecrets. */
export function createClusterExternalSecretController(deps: FanOutDeps): CompositeController {
  return createFanOutController(externalSecrets, deps);
}

/** The ExternalSecrets of a ClusterExternalSecret, whose force-sync reaches all of them (spec core 3.1). */
function template({ metadata, spec }: KubeObject): ChildTemplate {
  const { externalSecretName, externalSecretMetadata, externalSecretSpec } =
    spec as ClusterExternalSecretSpec;
  const { [forceSyncAnnotation]: _own, ...annotations } = externalSecretMetadata?.annotations ?? {};
  const forced = metadata.annotations?.[forceSyncAnnotation];
  return {
    name: externalSecretName ?? metadata.name,
    labels: externalSecretMetadata?.labels ?? {},
    annotations: { ...annotations, ...(forced === undefined ? {} : { [forceSyncAnnotation]: forced }) },
    spec: externalSecretSpec,
  };
}
