import type { Problem } from '../../providers/kit/provider.ts';
import type { KubeObject } from '../lib/objects.ts';
import { pushProblems } from '../push-secret/rules.ts';
import type { Delimiters } from '../template/parse/scanner.ts';
import { compile } from '../validator.ts';
import { type ClusterPushSecretSpec, clusterPushSecretSpec } from './schema.ts';

const check = compile(clusterPushSecretSpec);

/** What is wrong with a spec, that of the PushSecrets included; empty when nothing is. */
export function clusterPushSecretProblems({ spec }: KubeObject, delimiters: Delimiters): readonly Problem[] {
  const problems = check(spec);
  if (problems.length > 0) return problems;
  return pushProblems((spec as ClusterPushSecretSpec).pushSecretSpec, delimiters).map(
    ({ path, message }) => ({
      path: `pushSecretSpec${path === '' ? '' : `.${path.replace(/^\./, '')}`}`,
      message,
    }),
  );
}
