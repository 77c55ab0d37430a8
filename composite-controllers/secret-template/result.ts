import type { SecretMap } from '../../providers/kit/provider.ts';
import { decodeValue } from '../lib/decode.ts';
import { ValueError } from '../lib/errors.ts';
import { annotationProblem, labelProblem } from '../lib/metadata.ts';
import { isSecretKey } from '../lib/secret-data.ts';
import { templateErrors } from '../template/errors.ts';
import { type Fault, isTree, type Rendered } from '../template/work.ts';
import { type Content, inherited } from './content.ts';
import { type Piece, type Section, sectionOf } from './pieces.ts';
import type { Template } from './schema.ts';

/** Why templates make nothing; the codes are rows of each kind's own table. */
export interface TemplateFailure {
  readonly code: 'TemplateFailed' | 'TemplateStopped' | 'TemplateSource' | 'TemplateSourceDenied';
  /** What exactly; never a value. */
  readonly detail?: string;
  /** Code of the layer below. */
  readonly cause?: string;
}

/** What rendered templates make of a target, or why they make none. */
export type Composed =
  | { readonly kind: 'content'; readonly content: Content }
  | { readonly kind: 'failed'; readonly failure: TemplateFailure };

/**
 * The content of templates that have been rendered, piece by piece, over the values that stay as they are (spec core 1.8
 * no. 5 to 9, 5.3). Keys that were rendered may hold values, so a message names a key only where a template has it literally.
 */
export function composeContent(
  template: Template,
  pieces: readonly Piece[],
  results: readonly Rendered[],
  values: SecretMap,
): Composed {
  const sections: Record<Section, SecretMap> = {
    data: new Map(keepsValues(template) ? values : []),
    labels: new Map(),
    annotations: new Map(),
  };
  for (const [index, piece] of pieces.entries()) {
    const result = results[index];
    const section = sectionOf(piece.target);
    if (result === undefined || isTree(result) || section === undefined)
      throw new Error('a template has no result, or no place in a Secret');
    const entries: SecretMap = result instanceof Map ? result : new Map([[piece.job.name, result]]);
    for (const [key, rendered] of entries) {
      const value = decoded(piece, key, rendered);
      if ('code' in value) return { kind: 'failed', failure: value };
      const problem = misfit(section, key, value.bytes);
      if (problem !== undefined) return failed(piece, `${quoted(piece, key)} ${problem}`);
      sections[section].set(key, value.bytes);
    }
  }
  const { finalizers = [] } = template.metadata ?? {};
  return {
    kind: 'content',
    content: {
      data: sections.data,
      labels: inherited(textsOf(sections.labels)),
      annotations: inherited(textsOf(sections.annotations)),
      ...(template.type ? { type: template.type } : {}),
      ...(finalizers.length === 0 ? {} : { finalizers }),
    },
  };
}

/** Whether what the backend answered goes into the target as it is, too. */
function keepsValues({ mergePolicy, data = {}, templateFrom = [] }: Template): boolean {
  return mergePolicy === 'Merge' || (Object.keys(data).length === 0 && templateFrom.length === 0);
}

/** The value of a key as the strategy of its piece decodes it, or why it cannot. */
export function decoded(
  piece: Piece,
  key: string,
  rendered: Uint8Array,
): { bytes: Uint8Array } | TemplateFailure {
  try {
    return { bytes: decodeValue(rendered, piece.decoding) };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const what = `failed to decode rendered template value for ${quoted(piece, key)}: ${error.message}`;
    return { code: 'TemplateFailed', detail: `${placed(piece)} ${what}`, cause: error.code };
  }
}

/** The failure of a piece; what a Secret's template says of itself stays untold. */
export function templateFailure(piece: Piece, fault: Fault): TemplateFailure {
  const { code, line, column, message } = fault;
  const what = piece.confidential ? templateErrors[code].replace(/\{[a-z]+\}/g, '…') : message;
  return {
    code: 'TemplateFailed',
    detail: `template "${piece.where}":${line}:${column}: ${what}`,
    cause: code,
  };
}

/** The failure of a piece's result. */
export function failed(piece: Piece, what: string): Extract<Composed, { kind: 'failed' }> {
  return { kind: 'failed', failure: { code: 'TemplateFailed', detail: `${placed(piece)} ${what}` } };
}

function placed({ where }: Piece): string {
  return `template "${where}":`;
}

/** A key by name where the manifest itself shows it. */
function quoted({ job, confidential }: Piece, key: string): string {
  const isShown = job.as === 'text' || (!confidential && Buffer.from(job.text).includes(key));
  return isShown ? `key ${key}` : 'a rendered key';
}

function misfit(section: Section, key: string, value: Uint8Array): string | undefined {
  if (section === 'data') return isSecretKey(key) ? undefined : 'cannot be a key of a Secret';
  const text = Buffer.from(value).toString();
  return section === 'labels' ? labelProblem(key, text) : annotationProblem(key);
}

function textsOf(map: SecretMap): Record<string, string> {
  return Object.fromEntries([...map].map(([key, value]) => [key, Buffer.from(value).toString()]));
}
