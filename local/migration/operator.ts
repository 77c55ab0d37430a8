import type { KubeObject } from '../../composite-controllers/lib/objects.ts';

/** What External Secrets Operator leaves in a cluster (spec core 0.2, 2.5, 4), and what its chart calls things. */
export const finalizers: ReadonlySet<string> = new Set([
  'externalsecrets.external-secrets.io/externalsecret-cleanup',
  'externalsecrets.external-secrets.io/clusterexternalsecret-cleanup',
  'secretstore.externalsecrets.io/finalizer',
  'pushsecret.externalsecrets.io/finalizer',
  'generatorstate.externalsecrets.io/finalizer',
]);

/** A Namespace carries one for each ClusterExternalSecret that provisioned it. */
const namespaceFinalizer = 'externalsecrets.external-secrets.io/ces-';

const webhooks = new Set(['externalsecret-validate', 'secretstore-validate']);
const deployments = new Set([
  'external-secrets',
  'external-secrets-webhook',
  'external-secrets-cert-controller',
]);

/** Finalizers of an object that nobody takes away once the operator is gone. */
export function leftFinalizers({ metadata }: KubeObject): readonly string[] {
  const own = metadata.finalizers ?? [];
  return own.filter((finalizer) => finalizers.has(finalizer) || finalizer.startsWith(namespaceFinalizer));
}

/** Whether a ValidatingWebhookConfiguration is the operator's: without it running, it refuses every write. */
export function isWebhook({ metadata }: KubeObject): boolean {
  return webhooks.has(metadata.name);
}

/** Whether a Deployment runs the operator, or a part of it. */
export function isRunning({ metadata, spec }: KubeObject): boolean {
  const name = metadata.labels?.['app.kubernetes.io/name'] ?? '';
  return deployments.has(name) && (spec as { replicas?: number } | undefined)?.replicas !== 0;
}

/** Whether a kind is one of those that both programs share. */
export function isShared(group: string): boolean {
  return group === 'external-secrets.io' || group === 'generators.external-secrets.io';
}
