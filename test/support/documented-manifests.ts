import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';

/** A manifest that people are told to use. */
export interface DocumentedManifest {
  /** File and line, from the top of the repository. */
  readonly source: string;
  readonly object: KubeObject;
}

const top = join(import.meta.dirname, '../..');
const skipped = ['node_modules', '.git'];

/**
 * Every manifest that documentation shows: of each fenced block that says `yaml` in a Markdown file, and of examples/. A
 * block that is something else (values of a chart, part of a manifest) says more than `yaml`. Throws when a block is none.
 */
export function documentedManifests(): readonly DocumentedManifest[] {
  const files = (pattern: string) =>
    globSync(pattern, { cwd: top, exclude: (name) => skipped.includes(name) }).sort();
  const read = (file: string) => readFileSync(join(top, file), 'utf8');
  return [
    ...files('**/*.md').flatMap((file) =>
      fencedBlocks(read(file)).flatMap(({ line, text }) => parse(`${file}:${line}`, text)),
    ),
    // The demo fills in its placeholders; any address will do here.
    ...files('examples/**/*.yaml').flatMap((file) =>
      parse(file, read(file).replaceAll(/\$\{[^}]*\}/g, 'http://a')),
    ),
  ];
}

function fencedBlocks(markdown: string): { line: number; text: string }[] {
  return [...markdown.matchAll(/^```yaml\n(.*?)^```$/gms)].map(({ index, 1: text = '' }) => ({
    line: markdown.slice(0, index).split('\n').length,
    text,
  }));
}

function parse(source: string, text: string): DocumentedManifest[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${source}: ${error.message}`);
    const object = document.toJS() as Partial<KubeObject> | null;
    if (!object?.apiVersion || !object.kind || !object.metadata?.name)
      throw new Error(`${source}: no whole manifest; a block that is something else says more than "yaml"`);
    return { source, object: object as KubeObject };
  });
}
