import type { Credentials, SecretKeySelector, ServiceAccountSelector } from './credentials.ts';
import { ProviderError } from './errors.ts';

/** AWS credentials; temporary ones have a token. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where a store keeps static credentials. */
export interface AwsKeyRefs {
  readonly accessKeyIDSecretRef?: SecretKeySelector;
  readonly secretAccessKeySecretRef?: SecretKeySelector;
  readonly sessionTokenSecretRef?: SecretKeySelector;
}

/** A role, and the token by which a ServiceAccount assumes it. */
export interface WebIdentity {
  readonly role: string;
  readonly token: string;
}

/** ESO takes the values as they are, and then a final newline fails every request. Throws what `Credentials.secret` throws. */
export async function givenKeys(refs: AwsKeyRefs, credentials: Credentials): Promise<AwsKeys> {
  const read = async (selector: SecretKeySelector = {}) =>
    Buffer.from(await credentials.secret(selector))
      .toString()
      .trim();
  const secretAccessKey = await read(refs.secretAccessKeySecretRef);
  const accessKeyId = await read(refs.accessKeyIDSecretRef);
  if (refs.sessionTokenSecretRef === undefined) return { accessKeyId, secretAccessKey };
  return { accessKeyId, secretAccessKey, sessionToken: await read(refs.sessionTokenSecretRef) };
}

/** The role that a ServiceAccount's annotations name, as on EKS (spec providers 2.2). Throws `Misconfigured` without one. */
export async function webIdentity(
  selector: ServiceAccountSelector,
  credentials: Credentials,
): Promise<WebIdentity> {
  const annotations = await credentials.serviceAccountAnnotations(selector);
  const role = annotations['eks.amazonaws.com/role-arn'];
  if (!role) {
    const what = `ServiceAccount ${selector.name} has no annotation eks.amazonaws.com/role-arn`;
    throw new ProviderError('Misconfigured', { what });
  }
  const audience = annotations['eks.amazonaws.com/audience'] || 'sts.amazonaws.com';
  const { token } = await credentials.serviceAccountToken(selector, [audience]);
  return { role, token };
}
