import type { SecretMap } from '../../providers/kit/provider.ts';
import { kubernetesStatus, type Settings, type TemplateRunner, type TemplateSources } from '../lib/ports.ts';
import type { WorkResult } from '../template/work.ts';
import { type Piece, piecesOf, type Source, type SourceData, sourceKey, sourcesOf } from './pieces.ts';
import { type TemplateFailure, templateFailure } from './result.ts';
import type { Template } from './schema.ts';

/** What it takes to render the templates of a specification. */
export interface TemplateDeps {
  readonly sources: TemplateSources;
  readonly templates: TemplateRunner;
  readonly settings: Pick<Settings, 'templateDelimiters'>;
  readonly signal: AbortSignal;
}

type Failed = { readonly kind: 'failed'; readonly failure: TemplateFailure };

/** The templates of a specification, those of their sources with it. */
export async function readPieces(
  namespace: string,
  template: Template,
  { sources }: Pick<TemplateDeps, 'sources'>,
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
  namespace: string,
  pieces: readonly Piece[],
  values: SecretMap,
  now: number,
  { templates, settings, signal }: Pick<TemplateDeps, 'templates' | 'settings' | 'signal'>,
): Promise<
  Extract<WorkResult, { kind: 'rendered' }> | Failed | { readonly kind: 'again'; readonly seconds: number }
> {
  const jobs = pieces.map(({ job }) => job);
  const work = { jobs, values, delimiters: settings.templateDelimiters, now };
  const result = await templates.run(namespace, work, signal);
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
): Promise<{ readonly data: SourceData } | { readonly failure: TemplateFailure }> {
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
): Promise<{ readonly data: ReadonlyMap<string, Uint8Array> } | TemplateFailure> {
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
