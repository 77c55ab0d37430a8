import type { SecretMap } from '../../providers/kit/provider.ts';
import type { Fingerprints, TargetSecrets } from '../lib/ports.ts';
import { type Composed, composeContent } from '../secret-template/result.ts';
import { readPieces, runPieces, type TemplateDeps } from '../secret-template/run.ts';
import { plainContent } from './content.ts';
import { inputsOf, keptContent, sealedContent } from './kept-content.ts';
import type { PendingAnswer } from './memory.ts';
import { routeOf } from './policy.ts';
import type { World } from './world.ts';

export interface ContentDeps extends TemplateDeps {
  readonly secrets: TargetSecrets;
  readonly fingerprints: Fingerprints;
}

/** The content of a target, why there is none, or that the templates have to wait for their turn. */
export type Made = Composed | { readonly kind: 'again'; readonly seconds: number };

/** What the values make of a specification: as they are, or through its templates. Reads the templates' sources; writes nothing. */
export async function contentOf(
  world: World,
  values: SecretMap,
  pending: PendingAnswer | undefined,
  deps: ContentDeps,
): Promise<Made> {
  const template = world.spec.target?.template;
  if (template === undefined) return { kind: 'content', content: plainContent(world, values) };
  const read = await readPieces(world.namespace, template, deps);
  if (read.kind === 'failed') return read;
  const { pieces } = read;

  const inputs = inputsOf(world, deps.settings, pieces, values);
  // What is no child has not been looked at yet.
  const target =
    routeOf(world) === 'child' ? world.target : await deps.secrets.get(world.namespace, world.targetName);
  const candidates = [target, pending?.secret, ...world.others];
  const kept = keptContent(world, candidates, inputs, deps.fingerprints);
  if (kept !== undefined) return { kind: 'content', content: kept };

  // All answers to one refresh are of one time.
  const done = await runPieces(world.namespace, pieces, values, pending?.firstAnsweredAt ?? world.now, deps);
  if (done.kind !== 'rendered') return done;
  const composed = composeContent(template, pieces, done.results, values);
  if (composed.kind === 'failed' || !done.random) return composed;
  return { kind: 'content', content: sealedContent(composed.content, inputs, deps.fingerprints) };
}
