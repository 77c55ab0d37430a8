import type { Provider } from '../providers/kit/provider.ts';
import type { ClusterExternalSecretSpec } from './cluster-external-secret/schema.ts';
import { clusterExternalSecretProblems } from './cluster-external-secret/validity.ts';
import type { ClusterPushSecretSpec } from './cluster-push-secret/schema.ts';
import { clusterPushSecretProblems } from './cluster-push-secret/validity.ts';
import { ruleProblems } from './external-secret/rules.ts';
import type { ExternalSecretSpec } from './external-secret/schema.ts';
import { specProblems } from './external-secret/validity.ts';
import { selectionProblem } from './fan-out/namespaces.ts';
import type { KubeObject } from './lib/objects.ts';
import { describeProblem } from './lib/problems.ts';
import { pushSecretProblems } from './push-secret/rules.ts';
import { createStoreCheck } from './secret-store/validity.ts';
import { type Delimiters, standardDelimiters } from './template/parse/scanner.ts';

/** What is said of an object before it is stored: refused for each problem, admitted with each warning. */
export interface Verdict {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** A kind whose objects are checked at admission, under ESO's path (spec core 1.2, 2.3). */
export interface Admission {
  readonly path: string;
  readonly kind: string;
  readonly resource: string;
  readonly version: 'v1' | 'v1alpha1';
  readonly scope: 'Namespaced' | 'Cluster';
  readonly check: (object: KubeObject) => Verdict;
}

/** Every kind that is checked, by the same functions that the hooks refuse with. Pure. */
export function admissions(
  providers: ReadonlyMap<string, Provider>,
  delimiters: Delimiters = standardDelimiters,
): readonly Admission[] {
  const checkStore = createStoreCheck(providers);
  const store = (kind: 'SecretStore' | 'ClusterSecretStore', scope: Admission['scope']): Admission => ({
    path: `/validate-external-secrets-io-v1-${kind.toLowerCase()}`,
    kind,
    resource: `${kind.toLowerCase()}s`,
    version: 'v1',
    scope,
    check(object) {
      const { name, namespace } = object.metadata;
      const failure = checkStore(object, { kind, name, namespace });
      if (failure?.code === 'SpecInvalid') return { problems: [failure.detail ?? ''], warnings: [] };
      return { problems: [], warnings: storeWarnings(object, providers, failure?.detail) };
    },
  });
  return [
    {
      path: '/validate-external-secrets-io-v1-externalsecret',
      kind: 'ExternalSecret',
      resource: 'externalsecrets',
      version: 'v1',
      scope: 'Namespaced',
      check: (object) => ({ problems: externalSecretProblems(object, delimiters), warnings: [] }),
    },
    {
      path: '/validate-external-secrets-io-v1-clusterexternalsecret',
      kind: 'ClusterExternalSecret',
      resource: 'clusterexternalsecrets',
      version: 'v1',
      scope: 'Cluster',
      check: (object) => ({ problems: clusterProblems(object, delimiters), warnings: [] }),
    },
    {
      path: '/validate-external-secrets-io-v1alpha1-pushsecret',
      kind: 'PushSecret',
      resource: 'pushsecrets',
      version: 'v1alpha1',
      scope: 'Namespaced',
      check: (object) => ({
        problems: pushSecretProblems(object, delimiters).map(describeProblem),
        warnings: [],
      }),
    },
    {
      path: '/validate-external-secrets-io-v1alpha1-clusterpushsecret',
      kind: 'ClusterPushSecret',
      resource: 'clusterpushsecrets',
      version: 'v1alpha1',
      scope: 'Cluster',
      check: (object) => ({ problems: clusterPushProblems(object, delimiters), warnings: [] }),
    },
    store('SecretStore', 'Namespaced'),
    store('ClusterSecretStore', 'Cluster'),
  ];
}

function externalSecretProblems(object: KubeObject, delimiters: Delimiters): string[] {
  const shape = specProblems(object);
  const problems = shape.length > 0 ? shape : ruleProblems(object.spec as ExternalSecretSpec, delimiters);
  return problems.map(describeProblem);
}

/** Also what would be refused of each of its ExternalSecrets. */
function clusterProblems(object: KubeObject, delimiters: Delimiters): string[] {
  const shape = clusterExternalSecretProblems(object);
  if (shape.length > 0) return shape.map(describeProblem);
  const spec = object.spec as ClusterExternalSecretSpec;
  const selection = selectionProblem(spec);
  return [
    ...(selection === undefined ? [] : [selection]),
    ...ruleProblems(spec.externalSecretSpec, delimiters).map(describeProblem),
  ];
}

/** Also what would be refused of each of its PushSecrets. */
function clusterPushProblems(object: KubeObject, delimiters: Delimiters): string[] {
  const problems = clusterPushSecretProblems(object, delimiters);
  if (problems.length > 0) return problems.map(describeProblem);
  const selection = selectionProblem(object.spec as ClusterPushSecretSpec);
  return selection === undefined ? [] : [selection];
}

function storeWarnings(
  { metadata, spec }: KubeObject,
  providers: ReadonlyMap<string, Provider>,
  detail: string | undefined,
): string[] {
  const [name = ''] = Object.keys((spec as { provider?: object } | undefined)?.provider ?? {});
  const provider = providers.get(name);
  return [
    ...(detail === undefined ? [] : [detail]),
    ...(provider === undefined || provider.maintenance === 'Maintained'
      ? []
      : [`store ${metadata.name} isn't currently maintained. Please plan and prepare accordingly.`]),
  ];
}

/** The answer to an AdmissionReview about a kind, or undefined when it is none. */
export function review(admission: Admission, body: unknown): object | undefined {
  const request = (body as { request?: unknown } | null)?.request as ReviewRequest | undefined;
  if (typeof request?.uid !== 'string' || typeof request.operation !== 'string') return undefined;
  const answer = (response: object) => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: request.uid, ...response },
  });
  // Whatever is wrong with an object, it can go.
  if (request.operation === 'DELETE') return answer({ allowed: true });
  const { object } = request;
  if (object?.kind !== admission.kind || typeof object.metadata?.name !== 'string') return undefined;
  const { problems, warnings } = admission.check(object);
  return answer({
    allowed: problems.length === 0,
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(problems.length === 0
      ? {}
      : { status: { code: 403, reason: 'Forbidden', message: problems.slice(0, 20).join('\n') } }),
  });
}

interface ReviewRequest {
  readonly uid?: unknown;
  readonly operation?: unknown;
  readonly object?: KubeObject | null;
}
