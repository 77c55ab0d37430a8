import { compareUtf8 } from '../../providers/kit/json/byte-text.ts';
import type { Job } from '../template/work.ts';
import type { Template } from './schema.ts';

type From = NonNullable<Template['templateFrom']>[number];
type Item = NonNullable<From['configMap']>['items'][number];

/** Where a rendered text goes. */
export type Section = 'data' | 'labels' | 'annotations';

/** One template of a specification. */
export interface Piece {
  /** Where it stands in the template of the specification, for messages. */
  readonly where: string;
  readonly job: Job;
  /** As the specification has it. */
  readonly target: string;
  /** What values are decoded by, once they are rendered; keys never are. */
  readonly decoding: string | undefined;
  /** It came out of a Secret: nothing of its text may be told. */
  readonly confidential: boolean;
}

/** An object that holds templates. */
export interface Source {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** The data of sources by {@link sourceKey}. */
export type SourceData = ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;

/** A template that a source does not have. */
export interface MissingItem {
  readonly missing: string;
}

/** The key of a source in {@link SourceData}. */
export function sourceKey({ kind, name }: Source): string {
  return `${kind}/${name}`;
}

/** The objects that a template names, each once. */
export function sourcesOf({ templateFrom = [] }: Template): readonly Source[] {
  const all = templateFrom.flatMap(({ configMap, secret }): Source[] => [
    ...(configMap === undefined ? [] : [{ kind: 'ConfigMap' as const, name: configMap.name }]),
    ...(secret === undefined ? [] : [{ kind: 'Secret' as const, name: secret.name }]),
  ]);
  return [...new Map(all.map((source) => [sourceKey(source), source])).values()];
}

/**
 * All templates of a specification in order of precedence: what comes later overwrites (spec core 1.8). Those of the
 * specification itself need no source data. Throws nothing; an item that its source lacks comes as {@link MissingItem}.
 */
export function piecesOf(template: Template, sources: SourceData): readonly (Piece | MissingItem)[] {
  const { templateFrom = [], data, metadata } = template;
  return [
    ...templateFrom.flatMap((from, index) => fromElsewhere(from, `templateFrom[${index}]`, sources)),
    ...ownPieces(data, 'data', 'Data'),
    ...ownPieces(metadata?.labels, 'metadata.labels', 'Labels'),
    ...ownPieces(metadata?.annotations, 'metadata.annotations', 'Annotations'),
  ];
}

function fromElsewhere(from: From, path: string, sources: SourceData): (Piece | MissingItem)[] {
  const { configMap, secret, literal, target = '', valuesDecodingStrategy: decoding } = from;
  const rules = { target, decoding };
  const itemOf = (source: Source, place: string, { key, templateAs }: Item): Piece | MissingItem => {
    const text = sources.get(sourceKey(source))?.get(key);
    const kind = source.kind.toLowerCase();
    if (text === undefined) return { missing: `error in ${kind} ${source.name}: missing key ${key}` };
    const as = templateAs === 'KeysAndValues' ? 'map' : 'text';
    const where = `${path}.${place} ${source.name}/${key}`;
    return { where, job: { name: key, text, as }, ...rules, confidential: source.kind === 'Secret' };
  };
  return [
    ...(configMap?.items ?? []).map((item) =>
      itemOf({ kind: 'ConfigMap', name: configMap?.name ?? '' }, 'configMap', item),
    ),
    ...(secret?.items ?? []).map((item) =>
      itemOf({ kind: 'Secret', name: secret?.name ?? '' }, 'secret', item),
    ),
    ...(literal === undefined
      ? []
      : [
          {
            where: `${path}.literal`,
            job: { name: 'literal', text: literal, as: 'map' as const },
            ...rules,
            confidential: false,
          },
        ]),
  ];
}

function ownPieces(
  templates: Readonly<Record<string, string>> | undefined,
  path: string,
  target: string,
): Piece[] {
  return Object.entries(templates ?? {})
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([name, text]) => ({
      where: `${path}.${name}`,
      job: { name, text, as: 'text' },
      target,
      decoding: undefined,
      confidential: false,
    }));
}

/** The section of a Secret that a target names, in any case of letters; undefined for any other path. */
export function sectionOf(target: string): Section | undefined {
  const name = target.toLowerCase();
  if (name === '') return 'data';
  return name === 'data' || name === 'labels' || name === 'annotations' ? name : undefined;
}
