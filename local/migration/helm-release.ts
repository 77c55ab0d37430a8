import { gunzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import { isShared } from './operator.ts';

/** By these labels helm finds the revision of each release that is deployed. */
export const deployedReleases = 'owner=helm,status=deployed';

/**
 * CRDs that go when a Helm release is uninstalled, and with them all their objects: helm keeps only what its own record marks,
 * whatever the objects in the cluster say (helm.sh/docs/howto/charts_tips_and_tricks). Throws Error for a record that cannot be read.
 */
export function doomedCrds(release: SecretObject): string[] {
  const text = Buffer.from(release.data?.release ?? '', 'base64').toString();
  let manifest: string;
  try {
    manifest =
      (JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString()) as { manifest?: string }).manifest ??
      '';
  } catch {
    throw new Error(`the record of the Helm release ${release.metadata.name} cannot be read`);
  }
  // A release of anything else is not looked at further.
  if (!manifest.includes('external-secrets.io')) return [];
  return parseAllDocuments(manifest, { logLevel: 'silent', uniqueKeys: false })
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object?.kind === 'CustomResourceDefinition')
    .filter((object) => isShared((object?.spec as { group?: string } | undefined)?.group ?? ''))
    .filter((object) => object?.metadata.annotations?.['helm.sh/resource-policy'] !== 'keep')
    .map((object) => object?.metadata.name ?? '');
}
