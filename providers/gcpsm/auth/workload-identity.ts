import { metadataText } from '../google.ts';
import type { WorkloadIdentitySpec } from '../schema.ts';
import { bindIdentity, impersonate } from './exchange.ts';
import type { AuthContext, Login } from './login.ts';

const tokenSeconds = 900;
/** docs.cloud.google.com/kubernetes-engine/docs/how-to/workload-identity */
export const accountAnnotation = 'iam.gke.io/gcp-service-account';

/** Login with a ServiceAccount of a GKE cluster (spec providers 4.3). `project` is that of the cluster. */
export function workloadIdentityLogin(
  spec: WorkloadIdentitySpec,
  project: string,
  context: AuthContext,
): Login {
  const { serviceAccountRef, clusterLocation, clusterName } = spec;
  const { google, credentials } = context;
  const pool = `${project}.svc.id.goog`;
  return async () => {
    const at = 'auth.workloadIdentity';
    const [location, name, annotations, { token }] = await Promise.all([
      clusterLocation ||
        metadataText(google, 'instance/attributes/cluster-location', `${at}.clusterLocation`),
      clusterName || metadataText(google, 'instance/attributes/cluster-name', `${at}.clusterName`),
      credentials.serviceAccountAnnotations(serviceAccountRef),
      credentials.serviceAccountToken(serviceAccountRef, [pool], tokenSeconds),
    ]);
    const cluster = `https://container.googleapis.com/v1/projects/${project}/locations/${location}/clusters/${name}`;
    const what = `ServiceAccount ${serviceAccountRef.name}`;
    const own = await bindIdentity(token, `identitynamespace:${pool}:${cluster}`, what, context);
    const email = annotations[accountAnnotation];
    return email ? impersonate(own, email, context) : own;
  };
}
