import type { SecretMap } from '../../providers/kit/provider.ts';
import {
  type Fingerprints,
  kubernetesStatus,
  type Settings,
  type TargetSecrets,
  type TemplateRunner,
  type TemplateSources,
} from '../lib/ports.ts';
import type { WorkResult } from '../template/work.ts';
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
  readonly settings: Pick<Settings, 'templateDelimiters'>;
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
  const read = await readPieces(world, template, deps);
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
  const done = await runPieces(pieces, values, pending?.firstAnsweredAt ?? world.now, deps);
  if (done.kind !== 'rendered') return done;
  const composed = composeContent(template, pieces, done.results, values);
  if (composed.kind === 'failed' || !done.random) return composed;
  return { kind: 'content', content: sealedContent(composed.content, inputs, deps.fingerprints) };
}

type Failed = { readonly kind: 'failed'; readonly failure: SyncFailure };

/** The templates of a specification, those of their sources with it. */
export async function readPieces(
  { namespace }: World,
  template: Template,
  { sources }: Pick<ContentDeps, 'sources'>,
): Promise<{ readonly kind: 'pieces'; readonly pieces: readonly Piece[] } | Failed> {
  const read = await readSources(template, namespace, sources);
  if ('failure' in read) return { kind: 'failed', ...read };
  const pieces: Piece[] = [];
  for (const piece of piecesOf(template, read.data)) {
    if ('missing' in piece)
      return { kind: 'failed', failure: { code: 'TemplateSource', detail: piece.missing } };
    pieces.push(piece);
  }
  return { kind: 'pieces', pieces };
}

/** Renders templates over the values; `now` is in ms. */
export async function runPieces(
  pieces: readonly Piece[],
  values: SecretMap,
  now: number,
  { templates, settings, signal }: Pick<ContentDeps, 'templates' | 'settings' | 'signal'>,
): Promise<Extract<WorkResult, { kind: 'rendered' }> | Failed | Extract<Made, { kind: 'again' }>> {
  const jobs = pieces.map(({ job }) => job);
  const work = { jobs, values, delimiters: settings.templateDelimiters, now };
  const result = await templates.run(work, signal);
  switch (result.kind) {
    case 'rendered':
      return result;
    case 'busy':
      return { kind: 'again', seconds: 2 };
    case 'stopped':
      return { kind: 'failed', failure: { code: 'TemplateStopped' } };
    case 'failed': {
      const piece = pieces[result.job];
      if (piece === undefined) throw new Error('a job that was not asked for failed');
      return { kind: 'failed', failure: templateFailure(piece, result.fault) };
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
