import { gunzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import { isShared } from './operator.ts';

/** By these labels helm finds the revision of each release that is deployed. */
export const deployedReleases = 'owner=helm,status=deployed';

/**
 * CRDs that go when a Helm release is uninstalled, and with them all their objects: helm keeps only what its own record marks,
 * whatever the objects in the cluster say (helm.sh/docs/howto/charts_tips_and_tricks). Undefined when the record cannot be
 * read; why is not told, since a record holds values.
 */
export function doomedCrds(release: SecretObject): string[] | undefined {
  try {
    const record = gunzipSync(Buffer.from(secretText(release), 'base64')).toString();
    const { manifest = '' } = JSON.parse(record) as { manifest?: string };
    // A release of anything else is not looked at further.
    if (!manifest.includes('external-secrets.io')) return [];
    return parseAllDocuments(manifest, { logLevel: 'silent', uniqueKeys: false })
      .map((document) => document.toJS() as KubeObject | null)
      .filter((object) => object !== null)
      .filter(isDoomed)
      .map(({ metadata }) => metadata.name);
  } catch {
    return undefined;
  }
}

function isDoomed({ kind, spec, metadata }: KubeObject): boolean {
  return (
    kind === 'CustomResourceDefinition' &&
    isShared((spec as { group?: string } | undefined)?.group ?? '') &&
    metadata.annotations?.['helm.sh/resource-policy'] !== 'keep'
  );
}

function secretText({ data }: SecretObject): string {
  return Buffer.from(data?.release ?? '', 'base64').toString();
}
