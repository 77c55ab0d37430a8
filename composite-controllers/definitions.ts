import { registry } from '../providers/registry.ts';
import { admissions } from './admission.ts';
import { clusterExternalSecret } from './cluster-external-secret/kind.ts';
import { clusterPushSecret } from './cluster-push-secret/kind.ts';
import { apiVersionOf, crd, group } from './crd.ts';
import { externalSecret } from './external-secret/kind.ts';
import { generatorKinds } from './generator/kind.ts';
import { generatorState } from './generator-state/kind.ts';
import type { InstalledKind, ParentKind } from './kind.ts';
import type { KubeObject } from './lib/objects.ts';
import { pushSecret } from './push-secret/kind.ts';
import { workloadApiVersion, workloadKinds } from './rollout/kind.ts';
import { optInAnnotation } from './rollout/names.ts';
import { storeKinds } from './secret-store/kind.ts';

/** One key of a Secret. */
export interface SecretKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** How Metacontroller reaches the hooks. */
export interface DefinitionOptions {
  /** Base URL of the hook; the paths `/hooks/<controller>/<hook>` are appended. */
  readonly hookUrl: string;
  /** Labels of the parents that are looked after; absent means all. */
  readonly selector?: Readonly<Record<string, string>>;
  /** The bearer token that Metacontroller sends. */
  readonly bearerTokenSecret?: SecretKey;
  /** CA of the hook's certificate: the text itself (PEM), or where Metacontroller finds it. */
  readonly caPem?: string;
  readonly caSecret?: SecretKey;
}

/** Every parent kind that is installed. */
export const parentKinds: readonly ParentKind[] = [
  externalSecret,
  clusterExternalSecret,
  pushSecret,
  clusterPushSecret,
  generatorState,
  ...storeKinds([...registry.values()]),
];

/** Every kind that is installed: those, and the ones that the hook only reads. */
export const installedKinds: readonly InstalledKind[] = [...parentKinds, ...generatorKinds];

/** The CRDs of all kinds. */
export function crds(): KubeObject[] {
  return installedKinds.map(crd);
}

/** The CompositeControllers of all parent kinds. Throws TypeError when `hookUrl` is not a plain http(s) URL. */
export function definitions(options: DefinitionOptions): KubeObject[] {
  return parentKinds.map((kind) => compositeController(kind, options));
}

/** Where the API server reaches the validating webhook. */
export interface AdmissionOptions {
  /** Base URL with https; ESO's paths are appended. */
  readonly admissionUrl: string;
  /** CA of its certificate, in PEM. Absent: one that the API server trusts anyway. */
  readonly caPem?: string;
}

/**
 * The configuration of the validating webhook. It is a help at the time of writing and no safeguard: the hook refuses the
 * same, so a webhook that is down stops nobody. Throws TypeError when the URL is not a plain https URL.
 */
export function admissionConfiguration({ admissionUrl, caPem }: AdmissionOptions): KubeObject {
  const base = hookBase(admissionUrl);
  if (!base.startsWith('https:')) throw new TypeError('the API server calls webhooks over https only');
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'keyhook-validate', labels: { 'app.kubernetes.io/name': 'keyhook' } },
    webhooks: admissions(registry).map(({ path, kind, resource, version, scope }) => ({
      name: `validate.${kind.toLowerCase()}.${group}`,
      clientConfig: {
        url: `${base}${path}`,
        ...(caPem === undefined ? {} : { caBundle: Buffer.from(caPem).toString('base64') }),
      },
      rules: [
        {
          apiGroups: [group],
          apiVersions: [version],
          operations: ['CREATE', 'UPDATE'],
          resources: [resource],
          scope,
        },
      ],
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Ignore',
      timeoutSeconds: 5,
    })),
  };
}

/** The CompositeController of one parent kind (spec metacontroller 2.1, 2.3). Throws as {@link definitions} does. */
export function compositeController(kind: ParentKind, options: DefinitionOptions): KubeObject {
  const base = hookBase(options.hookUrl);
  const hooks = kind.hooks.map((hook) => [
    hook,
    webhook(`${base}/hooks/${kind.controller}/${hook}`, options),
  ]);
  return {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'CompositeController',
    metadata: {
      name: `keyhook-${kind.controller}`,
      labels: { 'app.kubernetes.io/name': 'keyhook' },
    },
    spec: {
      // Children are found by the label controller-uid, not by a selector that every parent would have to carry.
      generateSelector: true,
      parentResource: {
        apiVersion: apiVersionOf(kind),
        resource: kind.plural,
        // What the hook makes itself has none of the labels by which people choose.
        ...(options.selector === undefined || kind === generatorState
          ? {}
          : { labelSelector: { matchLabels: options.selector } }),
        // The hook's own status writes would wake it again.
        ignoreStatusChanges: true,
      },
      // The default method, OnDelete, would never update a child.
      ...(kind.children.length === 0
        ? {}
        : {
            childResources: kind.children.map((child) => ({
              ...child,
              updateStrategy: { method: 'InPlace' },
            })),
          }),
      hooks: Object.fromEntries(hooks),
    },
  };
}

/**
 * The DecoratorController of workloads that want rollouts (spec metacontroller 2.2). Installed on demand: the hook needs
 * the right to patch workloads. Throws as {@link definitions} does.
 */
export function rolloutDefinition(options: DefinitionOptions): KubeObject {
  return {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'DecoratorController',
    metadata: { name: 'keyhook-rollout', labels: { 'app.kubernetes.io/name': 'keyhook' } },
    spec: {
      resources: workloadKinds.map(({ resource }) => ({
        apiVersion: workloadApiVersion,
        resource,
        annotationSelector: { matchAnnotations: { [optInAnnotation]: 'true' } },
        ...(options.selector === undefined ? {} : { labelSelector: { matchLabels: options.selector } }),
        // Pods that come and go change the status all the time.
        ignoreStatusChanges: true,
      })),
      hooks: { sync: webhook(`${hookBase(options.hookUrl)}/hooks/rollout/sync`, options) },
    },
  };
}

function webhook(url: string, options: DefinitionOptions): object {
  const { bearerTokenSecret, caPem, caSecret } = options;
  return {
    version: 'v2',
    webhook: {
      url,
      timeout: '15s',
      responseUnMarshallMode: 'strict',
      ...(caPem === undefined ? {} : { caBundle: { inline: caPem } }),
      ...(caSecret === undefined ? {} : { caBundle: { secretRef: caSecret } }),
      ...(bearerTokenSecret === undefined
        ? {}
        : { authorization: { type: 'Bearer', secretRef: bearerTokenSecret } }),
    },
  };
}

/** The URL without its trailing slash. Whoever may read CompositeControllers would see credentials in it. */
function hookBase(hookUrl: string): string {
  const url = URL.parse(hookUrl);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError('the hook URL has to be an http or https URL');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError('the hook URL may not hold credentials, a query or a fragment');
  }
  return url.href.replace(/\/+$/, '');
}
