import type { CompositeController } from '../controller.ts';
import type { ChildTemplate, FanOutKind } from '../fan-out/kind.ts';
import { createFanOutController, type FanOutDeps } from '../fan-out/sync.ts';
import type { KubeObject } from '../lib/objects.ts';
import type { Settings } from '../lib/ports.ts';
import type { ClusterPushSecretSpec } from './schema.ts';
import { clusterPushSecretProblems } from './validity.ts';

/** The controller of ClusterPushSecrets: what they are among the kinds with a child in each namespace. */
export function createClusterPushSecretController(
  deps: FanOutDeps & { readonly settings: Settings },
): CompositeController {
  const { templateDelimiters } = deps.settings;
  const pushSecrets: FanOutKind = {
    kind: 'ClusterPushSecret',
    controller: 'clusterpushsecret',
    child: { apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret' },
    nameField: 'pushSecretName',
    taken: 'push secret already exists in namespace',
    problems: (parent) => clusterPushSecretProblems(parent, templateDelimiters),
    template,
  };
  return createFanOutController(pushSecrets, deps);
}

function template({ metadata, spec }: KubeObject): ChildTemplate {
  const { pushSecretName, pushSecretMetadata, pushSecretSpec } = spec as ClusterPushSecretSpec;
  return {
    name: pushSecretName ?? metadata.name,
    labels: pushSecretMetadata?.labels ?? {},
    annotations: pushSecretMetadata?.annotations ?? {},
    spec: pushSecretSpec,
  };
}
