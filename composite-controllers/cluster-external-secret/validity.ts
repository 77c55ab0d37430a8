import type { Problem } from '../../providers/kit/provider.ts';
import { specProblems } from '../external-secret/validity.ts';
import type { KubeObject } from '../lib/objects.ts';
import { compile } from '../validator.ts';
import { type ClusterExternalSecretSpec, clusterExternalSecretSpec } from './schema.ts';

const check = compile(clusterExternalSecretSpec);

/** What is wrong with the shape of a spec, that of the ExternalSecrets included; empty when nothing is. */
export function clusterExternalSecretProblems({ spec, ...object }: KubeObject): readonly Problem[] {
  const problems = check(spec);
  if (problems.length > 0) return problems;
  const { externalSecretSpec } = spec as ClusterExternalSecretSpec;
  return specProblems({ ...object, spec: externalSecretSpec }).map(({ path, message }) => ({
    path: `externalSecretSpec.${path.replace(/^\./, '')}`,
    message,
  }));
}
