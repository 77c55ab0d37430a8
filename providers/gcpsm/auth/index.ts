import { ProviderError } from '../../kit/errors.ts';
import { objectIn } from '../../kit/json/member.ts';
import { metadataText } from '../google.ts';
import { isProject } from '../rules.ts';
import type { GcpSpec } from '../schema.ts';
import { federationLogin } from './federation.ts';
import { keyLogin } from './key.ts';
import type { AuthContext, Login } from './login.ts';
import { ownLogin } from './own.ts';
import { workloadIdentityLogin } from './workload-identity.ts';

/** How a store logs in and which project it means. */
export interface Identity {
  readonly login: Login;
  readonly project: string;
}

/** By the orders of spec providers 4.2 and 4.3. Throws what reading credentials throws, and `Misconfigured`. */
export async function identify(spec: GcpSpec, context: AuthContext): Promise<Identity> {
  const { projectID, auth } = spec;
  const cluster = auth?.workloadIdentity?.clusterProjectID || projectID || (await ownProject(spec, context));
  const project = projectID || cluster;
  for (const id of [cluster, project]) {
    if (!isProject(id)) throw new ProviderError('Misconfigured', { what: `project ${id}` });
  }
  return { login: await chooseLogin(spec, cluster, context), project };
}

function ownProject({ auth }: GcpSpec, { google }: AuthContext): Promise<string> {
  if (auth?.secretRef !== undefined) {
    throw new ProviderError('Misconfigured', { what: 'projectID is absent' });
  }
  return metadataText(google, 'project/project-id', 'projectID');
}

async function chooseLogin({ auth }: GcpSpec, project: string, context: AuthContext): Promise<Login> {
  if (auth?.secretRef !== undefined) {
    const selector = auth.secretRef.secretAccessKeySecretRef ?? {};
    const key = objectIn(await context.credentials.secret(selector));
    return keyLogin(key, `Secret ${selector.name} key ${selector.key}`, context);
  }
  if (auth?.workloadIdentity !== undefined) {
    return workloadIdentityLogin(auth.workloadIdentity, project, context);
  }
  if (auth?.workloadIdentityFederation !== undefined) {
    return federationLogin(auth.workloadIdentityFederation, context);
  }
  return ownLogin(context, process.env);
}
