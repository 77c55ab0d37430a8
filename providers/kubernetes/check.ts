import { ProviderError } from '../kit/errors.ts';
import { member } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { failure, objectOf } from './errors.ts';
import { type SecretsApi, whatOf } from './reads.ts';

/** kubernetes.io/docs/reference/kubernetes-api/authorization-resources */
const group = ['apis', 'authorization.k8s.io', 'v1'];
const apiVersion = 'authorization.k8s.io/v1';

/**
 * Whether the store may get Secrets (spec providers 8.1): by the rules that the server tells of it, else by asking for just
 * that. `unknown` when it may not ask. Unlike ESO, a server that cannot be reached or does not know the store is an error.
 */
export async function checkAccess(at: SecretsApi, signal: AbortSignal): Promise<'ready' | 'unknown'> {
  const ask = async (kind: 'SelfSubjectRulesReview' | 'SelfSubjectAccessReview', spec: object) => {
    const answer = await at.api({
      path: [...group, `${kind.toLowerCase()}s`],
      method: 'POST',
      body: JSON.stringify({ apiVersion, kind, spec }),
      call: `Create${kind}`,
      what: whatOf(at),
      signal,
    });
    const isRefused = answer.status === 403 || answer.status === 404;
    if (isRefused && failure(answer, whatOf(at)).code !== 'Malformed') return undefined;
    return member(objectOf(answer, kind, whatOf(at)), 'status');
  };
  const rules = await ask('SelfSubjectRulesReview', { namespace: at.namespace });
  if (items(member(rules, 'resourceRules')).some(letsGetSecrets)) return 'ready';
  const resourceAttributes = { namespace: at.namespace, verb: 'get', resource: 'secrets' };
  const access = await ask('SelfSubjectAccessReview', { resourceAttributes });
  if (access === undefined) return 'unknown';
  const allowed = member(access, 'allowed');
  if (allowed?.kind === 'boolean' && allowed.value) return 'ready';
  throw new ProviderError('Denied', { what: whatOf(at) });
}

function letsGetSecrets(rule: JsonNode): boolean {
  const has = (field: string, ...wanted: string[]) =>
    items(member(rule, field)).some((item) => item.kind === 'string' && wanted.includes(item.text));
  const isCore = items(member(rule, 'apiGroups')).length === 0 || has('apiGroups', '', '*');
  return isCore && has('resources', 'secrets', '*') && has('verbs', 'get', '*');
}

function items(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === 'array' ? node.items : [];
}
