import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { invalid, invalidValue, notCovered } from '../errors.ts';
import { at, isObject } from '../json.ts';
import { timestamp } from '../schema/decode.ts';
import type { Store } from '../store.ts';

/** The issuer of the tokens, and their audience when none is asked for. */
export const issuer = 'https://kubernetes.default.svc.cluster.local';

/**
 * The answer to POST serviceaccounts/<name>/token: a token with the claims of a real one, unique, but without a
 * signature. Throws 404 without such a ServiceAccount, 422 for less than 10 minutes.
 */
export function createToken(store: Store, namespace: string, name: string, spec: unknown): KubeObject {
  const target = store.target({ group: '', version: 'v1', resource: 'serviceaccounts' }, namespace);
  const { uid } = store.get(target, name).metadata;
  const seconds = Number(at(spec, 'expirationSeconds') ?? 3600);
  const asked = at(spec, 'audiences');
  const audiences = Array.isArray(asked) && asked.length > 0 ? asked : [issuer];
  if (isObject(at(spec, 'boundObjectRef'))) throw notCovered('tokens that are bound to an object');
  if (seconds < 600)
    throw invalid({ group: 'authentication.k8s.io', resource: 'TokenRequest', name: '' }, [
      invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'),
    ]);
  const issued = Math.floor(store.now() / 1000);
  const claims = {
    aud: audiences,
    exp: issued + seconds,
    iat: issued,
    iss: issuer,
    jti: store.newUid(),
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
    nbf: issued,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const creationTimestamp = timestamp(store.now());
  return {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name, namespace, ...(uid && { uid }), creationTimestamp },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: null },
    status: {
      token: `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`,
      expirationTimestamp: timestamp((issued + seconds) * 1000),
    },
  };
}
