import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../composite-controllers/lib/objects.ts';

/** One object of a file, and where it stands. */
export interface Manifest {
  readonly file: string;
  readonly object: KubeObject;
}

/** Something in a file that is no object, in words that quote nothing of it. */
export interface ManifestProblem {
  readonly file: string;
  readonly message: string;
}

/** The objects of YAML and JSON files and of all such files below folders, in the order given, Lists opened up. */
export function readManifests(paths: readonly string[]): {
  manifests: Manifest[];
  problems: ManifestProblem[];
} {
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  for (const file of paths.flatMap((path) => filesOf(path, problems))) {
    const { objects, errors } = parseManifests(readFileSync(file, 'utf8'));
    manifests.push(...objects.map((object) => ({ file, object })));
    problems.push(...errors.map((message) => ({ file, message })));
  }
  return { manifests, problems };
}

/** The objects of one YAML (or JSON) text. */
export function parseManifests(text: string): { objects: KubeObject[]; errors: string[] } {
  const objects: KubeObject[] = [];
  const errors: string[] = [];
  for (const [index, document] of parseAllDocuments(text).entries()) {
    const failure = document.errors[0];
    if (failure !== undefined) {
      const [place] = failure.linePos ?? [];
      errors.push(`not YAML (${failure.code}${place === undefined ? '' : `, line ${place.line}`})`);
      continue;
    }
    const value: unknown = document.toJS();
    if (value === null || value === undefined) continue;
    for (const item of itemsOf(value)) {
      if (isObject(item)) objects.push(item);
      else
        errors.push(
          `document ${index + 1} is not a Kubernetes object: apiVersion, kind or metadata.name is missing`,
        );
    }
  }
  return { objects, errors };
}

function filesOf(path: string, problems: ManifestProblem[]): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    problems.push({ file: path, message: 'no such file or folder' });
    return [];
  }
  if (!stats.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

function itemsOf(value: unknown): readonly unknown[] {
  const { kind, items } = value as { kind?: unknown; items?: unknown };
  return kind === 'List' && Array.isArray(items) ? items : [value];
}

function isObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<KubeObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}
