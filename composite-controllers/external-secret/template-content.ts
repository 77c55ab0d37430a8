import type { SecretMap } from '../../providers/kit/provider.ts';
import {
  type Fingerprints,
  kubernetesStatus,
  type TargetSecrets,
  type TemplateRunner,
  type TemplateSources,
} from '../lib/ports.ts';
import { plainContent } from './content.ts';
import type { SyncFailure } from './errors.ts';
import { inputsOf, keptContent, sealedContent } from './kept-content.ts';
import type { PendingAnswer } from './memory.ts';
import { routeOf } from './policy.ts';
import {
  type Piece,
  piecesOf,
  type Source,
  type SourceData,
  sourceKey,
  sourcesOf,
  type Template,
} from './template-pieces.ts';
import { type Composed, composeContent, templateFailure } from './template-result.ts';
import type { World } from './world.ts';

export interface ContentDeps {
  readonly secrets: TargetSecrets;
  readonly sources: TemplateSources;
  readonly templates: TemplateRunner;
  readonly fingerprints: Fingerprints;
  readonly signal: AbortSignal;
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
  const sources = await readSources(template, world.namespace, deps.sources);
  if ('failure' in sources) return { kind: 'failed', ...sources };
  const pieces: Piece[] = [];
  for (const piece of piecesOf(template, sources.data)) {
    if ('missing' in piece)
      return { kind: 'failed', failure: { code: 'TemplateSource', detail: piece.missing } };
    pieces.push(piece);
  }

  const inputs = inputsOf(world, template, pieces, values);
  // What is no child has not been looked at yet.
  const target =
    routeOf(world) === 'child' ? world.target : await deps.secrets.get(world.namespace, world.targetName);
  const candidates = [target, pending?.secret, ...world.others];
  const kept = keptContent(world, candidates, inputs, deps.fingerprints);
  if (kept !== undefined) return { kind: 'content', content: kept };

  const result = await deps.templates.run(
    // All answers to one refresh are of one time.
    { jobs: pieces.map(({ job }) => job), values, now: pending?.firstAnsweredAt ?? world.now },
    deps.signal,
  );
  switch (result.kind) {
    case 'busy':
      return { kind: 'again', seconds: 2 };
    case 'stopped':
      return { kind: 'failed', failure: { code: 'TemplateStopped' } };
    case 'failed': {
      const piece = pieces[result.job];
      if (piece === undefined) throw new Error('a job that was not asked for failed');
      return { kind: 'failed', failure: templateFailure(piece, result.fault) };
    }
    case 'rendered': {
      const composed = composeContent(template, pieces, result.results, values);
      if (composed.kind === 'failed' || !result.random) return composed;
      return { kind: 'content', content: sealedContent(composed.content, inputs, deps.fingerprints) };
    }
  }
}

/** Live, each once, of the own namespace only (design rule 10). */
async function readSources(
  template: Template,
  namespace: string,
  sources: TemplateSources,
): Promise<{ readonly data: SourceData } | { readonly failure: SyncFailure }> {
  const data = new Map<string, ReadonlyMap<string, Uint8Array>>();
  const failures = await Promise.all(
    sourcesOf(template).map(async (source) => {
      const found = await readSource(source, namespace, sources);
      if ('code' in found) return found;
      data.set(sourceKey(source), found.data);
      return undefined;
    }),
  );
  const failure = failures.find((each) => each !== undefined);
  return failure === undefined ? { data } : { failure };
}

async function readSource(
  { kind, name }: Source,
  namespace: string,
  sources: TemplateSources,
): Promise<{ readonly data: ReadonlyMap<string, Uint8Array> } | SyncFailure> {
  try {
    const found = await (kind === 'Secret' ? sources.secret : sources.configMap)(namespace, name);
    if (found === undefined) return { code: 'TemplateSource', detail: `${kind} "${name}" not found` };
    return { data: found.data };
  } catch (error) {
    const status = kubernetesStatus(error);
    if (status === undefined) throw error;
    return { code: 'TemplateSourceDenied', detail: `${kind} "${name}": the API server answered ${status}` };
  }
}
