import { mapConcurrently } from '../../providers/kit/concurrently.ts';
import type { PushSource } from '../../providers/kit/provider.ts';
import type { Generations } from '../generator/generations.ts';
import type { SecretObject } from '../lib/objects.ts';
import type { TargetSecrets } from '../lib/ports.ts';
import { secretData } from '../lib/secret-data.ts';
import { inherited } from '../secret-template/content.ts';
import { composeContent } from '../secret-template/result.ts';
import { readPieces, runPieces, type TemplateDeps } from '../secret-template/run.ts';
import { type Generated, generatedSource } from './generated.ts';
import { isSource, type World } from './world.ts';

/** A Secret with what is pushed of it. */
export interface Source {
  readonly secret: SecretObject;
  readonly content: PushSource;
}

/** What the selected Secrets come to. */
export type Sources =
  | { readonly kind: 'sources'; readonly sources: readonly Source[] }
  /** The one that is named is not there. */
  | { readonly kind: 'missing'; readonly name: string }
  /** A Secret has to be written first; or somebody else looks after the generator. */
  | Exclude<Generated, { kind: 'seen' }>;

const readsAtOnce = 8;

export interface SourceDeps extends TemplateDeps {
  readonly secrets: TargetSecrets;
  readonly generations: Generations;
}

/**
 * The Secrets as they are now, through the template where there is one (spec core 3.3 no. 3, 5). A cache says which there
 * are, and when to look; what is pushed is read live, for an old Secret out of a lagging cache would undo a rotation. `id` names the push.
 */
export async function readSources(world: World, id: string, deps: SourceDeps): Promise<Sources> {
  const { spec, namespace } = world;
  if (spec.selector.generatorRef !== undefined) {
    const generated = await generatedSource(world, id, deps);
    return generated.kind === 'seen' ? contentsOf([generated.secret], world, deps) : generated;
  }
  const name = spec.selector.secret?.name;
  const names = name ? [name] : world.sources.map(({ metadata }) => metadata.name);
  const found = await mapConcurrently(names, readsAtOnce, (each) => deps.secrets.get(namespace, each));
  const secrets = found.filter(
    (secret): secret is SecretObject => secret !== undefined && isSource(secret, spec, namespace),
  );
  return name && secrets.length === 0 ? { kind: 'missing', name } : contentsOf(secrets, world, deps);
}

async function contentsOf(
  secrets: readonly SecretObject[],
  world: World,
  deps: SourceDeps,
): Promise<Exclude<Sources, { kind: 'missing' }>> {
  const sources: Source[] = [];
  for (const secret of secrets) {
    const made = await contentOf(secret, world, deps);
    if (made.kind !== 'content') return made;
    sources.push({ secret, content: made.content });
  }
  return { kind: 'sources', sources };
}

type Made =
  | { readonly kind: 'content'; readonly content: PushSource }
  | Extract<Sources, { kind: 'failed' | 'again' }>;

async function contentOf(secret: SecretObject, world: World, deps: SourceDeps): Promise<Made> {
  const { template } = world.spec;
  const own = ownContent(secret);
  if (template === undefined) return { kind: 'content', content: own };
  const read = await readPieces(world.namespace, template, deps);
  if (read.kind === 'failed') return read;
  const done = await runPieces(world.namespace, read.pieces, own.data, world.now, deps);
  if (done.kind !== 'rendered') return done;
  // The data of the Secret stays, whatever mergePolicy says, and so do its labels and annotations (spec core 5.5).
  const rendered = composeContent({ ...template, mergePolicy: 'Merge' }, read.pieces, done.results, own.data);
  if (rendered.kind === 'failed') return rendered;
  const { data, labels, annotations } = rendered.content;
  return {
    kind: 'content',
    content: {
      data,
      // As ESO: with a template the type is the template's, also when that is none.
      type: template.type ?? '',
      labels: { ...own.labels, ...labels },
      annotations: { ...own.annotations, ...annotations },
    },
  };
}

function ownContent(secret: SecretObject): PushSource {
  const { labels, annotations } = secret.metadata;
  return {
    data: secretData(secret),
    type: secret.type ?? '',
    labels: inherited(labels),
    annotations: inherited(annotations),
  };
}
