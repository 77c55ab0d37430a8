import type { Problem, Reference, StoreScope } from '../kit/provider.ts';
import {
  configMapReference,
  foreignReferences,
  secretReference,
  serviceAccountReference,
} from '../kit/references.ts';
import type { FederationSpec, GcpSpec } from './schema.ts';

/** Whether a location can be one. It becomes a part of host names, so nothing else may. */
export function isLocation(location: string): boolean {
  return /^[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(location);
}

/** Whether a text can be the id (that of a domain, too) or the number of a project. */
export function isProject(project: string): boolean {
  return /^(?:[a-z0-9.-]+:)?[a-z0-9][a-z0-9-]*$/.test(project);
}

/**
 * The objects that the store's auth reads: the first method's. ESO leaves federation out, so that its ClusterSecretStores
 * fail to validate where the references have no namespace (spec providers 4.3, decision 21).
 */
export function references({ auth }: GcpSpec): Reference[] {
  const { secretRef, workloadIdentity, workloadIdentityFederation: federation } = auth ?? {};
  if (secretRef !== undefined) {
    const { secretAccessKeySecretRef: selector } = secretRef;
    return selector === undefined
      ? []
      : [secretReference(selector, 'auth.secretRef.secretAccessKeySecretRef')];
  }
  if (workloadIdentity !== undefined) {
    return [
      serviceAccountReference(workloadIdentity.serviceAccountRef, 'auth.workloadIdentity.serviceAccountRef'),
    ];
  }
  return federation === undefined ? [] : federationReferences(federation);
}

function federationReferences({
  credConfig,
  serviceAccountRef,
  awsSecurityCredentials,
}: FederationSpec): Reference[] {
  const path = 'auth.workloadIdentityFederation';
  return [
    ...(credConfig === undefined ? [] : [configMapReference(credConfig, `${path}.credConfig`)]),
    ...(serviceAccountRef === undefined
      ? []
      : [serviceAccountReference(serviceAccountRef, `${path}.serviceAccountRef`)]),
    ...(awsSecurityCredentials === undefined
      ? []
      : [
          secretReference(
            awsSecurityCredentials.awsCredentialsSecretRef,
            `${path}.awsSecurityCredentials.awsCredentialsSecretRef`,
          ),
        ]),
  ];
}

/** ESO's admission rules (spec providers 4.1), and sections that lack what they are for. */
export function validate(spec: GcpSpec, scope: StoreScope): Problem[] {
  const { projectID, location, auth } = spec;
  const federation = auth?.workloadIdentityFederation;
  const path = 'auth.workloadIdentityFederation';
  const sources = [
    federation?.credConfig,
    federation?.serviceAccountRef,
    federation?.awsSecurityCredentials,
  ].filter((source) => source !== undefined);
  const rules: readonly [broken: boolean, path: string, message: string][] = [
    [Boolean(projectID) && !isProject(projectID ?? ''), 'projectID', 'is not the id of a project'],
    [Boolean(location) && !isLocation(location ?? ''), 'location', 'is not the name of a location'],
    [
      auth?.secretRef !== undefined && auth.secretRef.secretAccessKeySecretRef === undefined,
      'auth.secretRef.secretAccessKeySecretRef',
      'is required',
    ],
    [
      federation !== undefined && sources.length !== 1,
      path,
      'needs exactly one of credConfig, serviceAccountRef and awsSecurityCredentials',
    ],
    [
      federation !== undefined && federation.credConfig === undefined && !federation.audience,
      `${path}.audience`,
      'is required without credConfig',
    ],
  ];
  return [
    ...rules.filter(([broken]) => broken).map(([, at, message]) => ({ path: at, message })),
    ...foreignReferences(references(spec), scope),
  ];
}
