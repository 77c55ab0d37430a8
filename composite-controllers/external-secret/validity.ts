import type { Problem } from '../../providers/kit/provider.ts';
import { parseDuration } from '../lib/duration.ts';
import type { KubeObject } from '../lib/objects.ts';
import { tried } from '../lib/problems.ts';
import { compile } from '../validator.ts';
import { type ExternalSecretSpec, externalSecretSpec } from './schema.ts';

const check = compile(externalSecretSpec);

/**
 * What is wrong with the shape of a spec; empty when nothing is. The API server checks what comes from a cluster; this
 * is for what comes from files and from callers, and for what a schema cannot say.
 */
export function specProblems({ spec }: KubeObject): readonly Problem[] {
  const problems = check(spec);
  return problems.length > 0 ? problems : intervalProblems(spec as ExternalSecretSpec);
}

function intervalProblems({ refreshInterval }: ExternalSecretSpec): readonly Problem[] {
  return refreshInterval === undefined ? [] : tried('.refreshInterval', () => parseDuration(refreshInterval));
}
