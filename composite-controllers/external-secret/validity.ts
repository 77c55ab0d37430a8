import { LRUCache } from 'lru-cache';
import type { Problem } from '../../providers/kit/provider.ts';
import type { KubeObject } from '../lib/objects.ts';
import { compile } from '../validator.ts';
import { externalSecretSpec } from './schema.ts';

const check = compile(externalSecretSpec);
const results = new LRUCache<string, readonly Problem[]>({ max: 20_000 });

/**
 * What is wrong with the shape of a spec; empty when nothing is. The API server has checked what comes from a cluster,
 * so each generation is looked at once.
 */
export function specProblems({ metadata, spec }: KubeObject): readonly Problem[] {
  if (metadata.uid === undefined || metadata.generation === undefined) return check(spec);
  const key = `${metadata.uid}/${metadata.generation}`;
  const known = results.get(key);
  if (known !== undefined) return known;
  const problems = check(spec);
  results.set(key, problems);
  return problems;
}
